"""What is attached to a bucket, and so to every object in it: its owner, its policy, its region."""

from watchword.facts import Facts
from watchword.facts.buckets import BUCKET, BucketFact
from watchword.names import Arn
from watchword.services.resources import Attached


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For any ARN of a bucket or of an object in it."""
    found = facts.get(BUCKET, arn.resource.partition("/")[0])
    return None if found is None else of_bucket(found)


def of_account(account: str) -> Attached:
    """Of what isn't a bucket yet, or all of them."""
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
