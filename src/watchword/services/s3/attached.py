"""What decisions need to know of a bucket, and of every object in it: owner, bucket policy, region, tags.

Tags count in decisions only where attribute-based access control is enabled for the bucket.
Source: Amazon S3 User Guide, "Enabling ABAC in general purpose buckets".
"""

from watchword.access.demand import ContextValue
from watchword.facts import Facts
from watchword.facts.buckets import BUCKET, BucketFact
from watchword.identity.tags import as_condition_keys
from watchword.names import Arn
from watchword.services.resources import NONE, Attached

ABAC, ENABLED = "abac", "Enabled"
"""The setting of a bucket, and its document where tags count."""


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For any ARN of a bucket or of an object in it."""
    found = facts.get(BUCKET, arn.resource.partition("/")[0])
    return None if found is None else of_bucket(found)


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
