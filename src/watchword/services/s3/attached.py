"""What decisions need to know of a bucket, and of every object in it: owner, bucket policy, region."""

from watchword.facts import Facts
from watchword.facts.buckets import BUCKET, BucketFact
from watchword.names import Arn
from watchword.services.resources import Attached


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For any ARN of a bucket or of an object in it."""
    found = facts.get(BUCKET, arn.resource.partition("/")[0])
    return None if found is None else of_bucket(found)


def of_account(account: str) -> Attached:
    """For a bucket that doesn't exist yet, and for all buckets of an account."""
    return Attached(account, keys={"s3:ResourceAccount": account})


def of_bucket(fact: BucketFact) -> Attached:
    bucket = fact.bucket
    return Attached(
        bucket.account,
        fact.policy,
        f"arn:{bucket.partition}:s3:::{bucket.name}",
        keys={"s3:ResourceAccount": bucket.account},
        region=bucket.region,
    )
