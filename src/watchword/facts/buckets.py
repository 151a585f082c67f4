"""Buckets with their policies."""

from dataclasses import dataclass

from watchword.facts.loaded import Loaded, loaded
from watchword.policy import Policy
from watchword.store import Topic, Transaction
from watchword.store.s3 import buckets
from watchword.store.s3.buckets import Bucket


@dataclass(frozen=True, slots=True)
class BucketFact:
    """A bucket and its policy."""

    bucket: Bucket
    policy: Policy | None


def load_bucket(tx: Transaction, name: str) -> Loaded[BucketFact]:
    bucket = buckets.named(tx, name)
    if bucket is None:
        return loaded(None)
    policy = Policy.parse(bucket.policy) if bucket.policy else None
    return loaded(BucketFact(bucket, policy), Topic("bucket", bucket.id))
