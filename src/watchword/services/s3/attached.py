"""What decisions need to know of a bucket, and of every object in it: owner, bucket policy, region, tags.

Where ACLs are enabled, an object that is there has a policy of its own, with its ACL in it. Actions that
create, tag, lock or delete an object are for the bucket to decide, also where another account owns it.
Tags count in decisions only where attribute-based access control is enabled for the bucket.
Sources: Amazon S3 User Guide, "Enabling ABAC in general purpose buckets", "How Amazon S3 authorizes a
request"; API Reference, GetObjectTagging: the bucket's owner has the permission.
"""

from msgspec import structs

from watchword.access.demand import ContextValue
from watchword.facts import Facts
from watchword.facts.buckets import BUCKET, BucketFact, acl_of
from watchword.identity.tags import as_condition_keys
from watchword.names import Arn
from watchword.names.fold import fold
from watchword.policy.buckets import governing
from watchword.policy.buckets.governing import ENFORCED
from watchword.policy.buckets.public import IGNORE_ACLS
from watchword.policy.evaluation.request import OTHERS_OBJECT
from watchword.services.resources import NONE, Attached
from watchword.store.s3.objects import Object

ABAC, ENABLED = "abac", "Enabled"
"""The setting of a bucket, and its document where tags count."""


OF_BUCKET = {
    *("s3:AbortMultipartUpload", "s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    *("s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:ListMultipartUploadParts", "s3:PutObject"),
    *("s3:PutObjectLegalHold", "s3:PutObjectRetention"),
    *(f"s3:{verb}Object{part}Tagging" for verb in ("Delete", "Get", "Put") for part in ("", "Version")),
}
"""Actions on objects that the bucket decides about."""
_FOLDED = frozenset(map(fold, OF_BUCKET))
"""The same as people may write them."""


def attached(facts: Facts, action: str, arn: Arn) -> Attached | None:
    """For any ARN of a bucket or of an object in it."""
    name, _, key = arn.resource.partition("/")
    found = facts.get(BUCKET, name)
    if found is None or not key or found.ownership == ENFORCED or fold(action) in _FOLDED:
        return None if found is None else of_bucket(found)
    return of_object(found, facts.object_at(found.bucket.id, key.encode()))


def of_account(account: str) -> Attached:
    """For a bucket that doesn't exist yet, and for all buckets of an account."""
    return Attached(account, keys={"s3:ResourceAccount": account})


def of_bucket(fact: BucketFact) -> Attached:
    bucket = fact.bucket
    keys: dict[str, ContextValue] = {"s3:ResourceAccount": bucket.account}
    tags = fact.tags if fact.settings.get(ABAC) == ENABLED else NONE
    if tags:
        keys.update(as_condition_keys("s3:BucketTag", tags.items()))
    arn = f"arn:{bucket.partition}:s3:::{bucket.name}"
    return Attached(bucket.account, fact.policy, arn, tags, keys, region=bucket.region)


def of_object(fact: BucketFact, row: Object | None) -> Attached:
    """For an object, None where there is none, in a bucket whose ACLs are enabled."""
    found = of_bucket(fact)
    if row is None:
        return found
    acl, public = acl_of(row.acl, fact.owner_of(row)), IGNORE_ACLS not in fact.blocked
    policy = governing.of_object(fact.policy, acl, row.owner or "", public=public)
    return structs.replace(found, policy=policy, resource_type=OTHERS_OBJECT if row.owner else None)
