"""Buckets with their policies, tags and settings. Policies of a closed account grant nothing any more."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from watchword.facts.accounts import is_open
from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.names import nouns
from watchword.policy import Policy
from watchword.policy.buckets import governing
from watchword.policy.buckets.acls import Acl
from watchword.policy.buckets.governing import ENFORCED, WRITER
from watchword.store import Topic, tags
from watchword.store.s3 import account_blocks, bucket_settings, buckets
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.objects import Object

PUBLIC_ACCESS_BLOCK = "public-access-block"
"""The setting of a bucket whose document names what is on, with spaces between."""
OWNERSHIP = "object-ownership"
"""The one that names the object ownership; empty where the controls were deleted."""
ACL = "acl"


@dataclass(frozen=True, slots=True)
class BucketFact:
    """A bucket, its policy, its tags, and what else it was told to be: name -> document."""

    bucket: Bucket
    policy: Policy | None
    """What decides about the bucket: its policy, with its ACL and restrictions (`policy.buckets`)."""
    tags: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    """Which public access is blocked, for the bucket or for its account (`policy.buckets.public`)."""

    @property
    def without_policy(self) -> "BucketFact":
        return replace(self, policy=None)

    @property
    def ownership(self) -> str:
        """The object ownership. A bucket without controls is as one of ObjectWriter."""
        return self.settings.get(OWNERSHIP, ENFORCED) or WRITER

    def owner_of(self, row: Object) -> str:
        """The account that owns an object in it."""
        return self.bucket.account if self.ownership == ENFORCED else row.owner or self.bucket.account

    @property
    def acl(self) -> Acl:
        """The bucket's ACL, whether it has an effect or not."""
        return acl_of(self.settings.get(ACL), self.bucket.account)


def acl_of(document: str | None, owner: str) -> Acl:
    """An ACL that is kept; without one only the owner has a grant."""
    return Acl.parse(document) if document else Acl.canned("private", owner, owner)


def _bucket(reading: Reading, name: str) -> BucketFact | None:
    bucket = buckets.named(reading.tx, name)
    if bucket is None:
        return None
    reading.depends_on(Topic("bucket", bucket.id))
    open_ = is_open(reading, bucket.account)
    policy = reading.policy(bucket.policy) if bucket.policy and open_ else None
    tagged = tags.of(reading.tx, nouns.BUCKET, bucket.id)
    settings = bucket_settings.of(reading.tx, bucket.id)
    reading.weigh(sum(map(len, (*tagged, *tagged.values(), *settings.values()))) + OF_A_TAG * len(tagged))
    if not open_:
        settings.pop(OWNERSHIP, None)  # ACLs grant nothing more either
    fact = BucketFact(bucket, policy, tagged, settings, _blocked(reading, bucket, settings))
    acl = None if fact.ownership == ENFORCED else fact.acl
    return replace(fact, policy=governing.of_bucket(policy, acl, bucket.account, fact.blocked))


def _blocked(reading: Reading, bucket: Bucket, settings: Mapping[str, str]) -> frozenset[str]:
    """Of the account's settings, a change has the topic of the account, on which `is_open` depends too."""
    own, of_account = settings.get(PUBLIC_ACCESS_BLOCK, ""), account_blocks.of(reading.tx, bucket.account)
    return frozenset(own.split()).union(of_account or ())


BUCKET = Fact("bucket", _bucket)
"""By name."""
