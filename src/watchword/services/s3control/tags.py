"""Tags of resources of S3: of general purpose buckets, the only ones that there are here.

1. The resource is the ARN of a bucket. Otherwise: InvalidRequest.
2. The bucket belongs to the account of the call (x-amz-account-id). Otherwise: AccessDenied.
3. TagResource adds tags, or gives those that are there another value. In all, a bucket has 50 at most.

Other than PutBucketTagging, these actions tell conditions which tags they set (aws:RequestTag). So they work
also when the bucket's tags count in decisions.
Source: Amazon S3 API Reference, "Amazon S3 Control": TagResource, UntagResource, ListTagsForResource; User
Guide, "Using tags with S3 general purpose buckets".
"""

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.buckets import BucketFact
from watchword.identity.tags import as_condition_keys
from watchword.names import nouns
from watchword.services.operation import Call, Demands, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_demand, bucket_named
from watchword.services.s3.errors import s3_error
from watchword.services.s3.tags.tag_sets import Tags, tags_of_list
from watchword.store import tags


def tag_resource(call: Call) -> Output:
    """TagResource."""
    bucket, added = _bucket(call).bucket, _given(call)
    both = tags.of(call.tx, nouns.BUCKET, bucket.id) | added
    tags_of_list([{"Key": key, "Value": value} for key, value in both.items()], "Bucket")  # 3.
    tags.put(call.tx, nouns.BUCKET, bucket.id, added)
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource. It succeeds if there are no such tags."""
    tags.remove(call.tx, nouns.BUCKET, _bucket(call).bucket.id, call.input["TagKeys"])
    return {}


def list_tags_for_resource(call: Call) -> Output:
    """ListTagsForResource."""
    found = _bucket(call).tags
    return {"Tags": [{"Key": key, "Value": found[key]} for key in sorted(found)]}


def _given(call: Call) -> Tags:
    return tags_of_list(call.input["Tags"], "Bucket")


def _bucket(call: Call) -> BucketFact:
    """Rules 1 and 2."""
    fact = bucket_named(call, call.input["ResourceArn"].rpartition(":")[2], call.input["AccountId"])
    if call.input["ResourceArn"] != f"arn:{fact.bucket.partition}:s3:::{fact.bucket.name}":
        raise s3_error("InvalidRequest", "The resource ARN isn't that of a general purpose bucket.")
    return fact


def _needs(action: str) -> Demands:
    def demands(call: Call) -> tuple[Demand, ...]:
        return (bucket_demand(call, _bucket(call), action, _keys(call)),)

    return demands


def _keys(call: Call) -> dict[str, ContextValue]:
    """The condition keys of the tags that are given or named."""
    if "Tags" in call.input:
        given = _given(call)
        return as_condition_keys("aws:RequestTag", given.items()) | {"aws:TagKeys": tuple(given)}
    return {"aws:TagKeys": tuple(call.input["TagKeys"])} if "TagKeys" in call.input else {}


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, _needs("s3:TagResource")),
    "UntagResource": writes(untag_resource, _needs("s3:UntagResource")),
    "ListTagsForResource": reads(list_tags_for_resource, _needs("s3:ListTagsForResource")),
}
