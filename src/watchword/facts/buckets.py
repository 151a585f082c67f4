"""Buckets with their policies, tags and settings. Policies of a closed account grant nothing any more."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchword.facts.accounts import is_open
from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.names import nouns
from watchword.policy import Policy
from watchword.store import Topic, tags
from watchword.store.s3 import bucket_settings, buckets
from watchword.store.s3.buckets import Bucket


@dataclass(frozen=True, slots=True)
class BucketFact:
    """A bucket, its policy, its tags, and what else it was told to be: name -> document."""

    bucket: Bucket
    policy: Policy | None
    tags: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


def _bucket(reading: Reading, name: str) -> BucketFact | None:
    bucket = buckets.named(reading.tx, name)
    if bucket is None:
        return None
    reading.depends_on(Topic("bucket", bucket.id))
    granting = bucket.policy if is_open(reading, bucket.account) else None
    policy = reading.policy(granting) if granting else None
    tagged = tags.of(reading.tx, nouns.BUCKET, bucket.id)
    settings = bucket_settings.of(reading.tx, bucket.id)
    reading.weigh(sum(map(len, (*tagged, *tagged.values(), *settings.values()))) + OF_A_TAG * len(tagged))
    return BucketFact(bucket, policy, tagged, settings)


BUCKET = Fact("bucket", _bucket)
"""By name."""
