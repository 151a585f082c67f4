"""Buckets with their policies. Those of a closed account grant nothing any more."""

from dataclasses import dataclass

from watchword.facts.accounts import is_open
from watchword.facts.fact import Fact, Reading
from watchword.policy import Policy
from watchword.store import Topic
from watchword.store.s3 import buckets
from watchword.store.s3.buckets import Bucket


@dataclass(frozen=True, slots=True)
class BucketFact:
    """A bucket and its policy."""

    bucket: Bucket
    policy: Policy | None


def _bucket(reading: Reading, name: str) -> BucketFact | None:
    bucket = buckets.named(reading.tx, name)
    if bucket is None:
        return None
    reading.depends_on(Topic("bucket", bucket.id))
    granting = bucket.policy if is_open(reading, bucket.account) else None
    return BucketFact(bucket, reading.policy(granting) if granting else None)


BUCKET = Fact("bucket", _bucket)
"""By name."""
