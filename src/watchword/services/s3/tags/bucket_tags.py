"""Tags of buckets, and whether they count in decisions (ABAC: attribute-based access control).

1. PutBucketTagging replaces all tags. No tags are no tag set.
2. Once ABAC is enabled, tags grant and deny. From then on PutBucketTagging and DeleteBucketTagging are
   refused, since their permissions say nothing of the tags that are set.

Source: Amazon S3 API Reference, PutBucketTagging, GetBucketTagging, DeleteBucketTagging, PutBucketAbac,
GetBucketAbac; User Guide, "Enabling ABAC in general purpose buckets".
"""

from watchword.names import nouns
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.attached import ABAC, ENABLED
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.tags.tag_sets import tag_set, tags_of_document
from watchword.store import tags
from watchword.store.s3 import bucket_settings
from watchword.store.s3.buckets import Bucket

_DISABLED = "Disabled"


def put_bucket_tagging(call: Call) -> Output:
    """PutBucketTagging."""
    check_body(call.request, required=True)
    bucket, given = _taggable(call), tags_of_document(call.input["Tagging"], "Bucket")
    tags.remove_all(call.tx, nouns.BUCKET, bucket.id)
    tags.put(call.tx, nouns.BUCKET, bucket.id, given)
    return {}


def get_bucket_tagging(call: Call) -> Output:
    """GetBucketTagging."""
    fact = bucket_of(call)
    if not fact.tags:
        raise s3_error("NoSuchTagSet", BucketName=fact.bucket.name)
    return tag_set(fact.tags)


def delete_bucket_tagging(call: Call) -> Output:
    """DeleteBucketTagging. It succeeds if there are no tags."""
    tags.remove_all(call.tx, nouns.BUCKET, _taggable(call).id)
    return {}


def put_bucket_abac(call: Call) -> Output:
    """PutBucketAbac."""
    check_body(call.request, required=False)
    status = call.input["AbacStatus"].get("Status", _DISABLED)
    bucket_settings.put(call.tx, bucket_of(call).bucket, ABAC, status)
    return {}


def get_bucket_abac(call: Call) -> Output:
    """GetBucketAbac."""
    return {"AbacStatus": {"Status": bucket_of(call).settings.get(ABAC, _DISABLED)}}


def _taggable(call: Call) -> Bucket:
    """The bucket: rule 2."""
    fact = bucket_of(call)
    if fact.settings.get(ABAC) == ENABLED:
        said = (
            "Tags of a bucket with attribute-based access control are changed with TagResource and "
            "UntagResource, or after PutBucketAbac has disabled it."
        )
        raise s3_error("InvalidRequest", said)
    return fact.bucket


OPERATIONS: dict[str, Operation] = {
    "PutBucketTagging": writes(put_bucket_tagging, on_bucket("s3:PutBucketTagging")),
    "GetBucketTagging": reads(get_bucket_tagging, on_bucket("s3:GetBucketTagging")),
    "DeleteBucketTagging": writes(delete_bucket_tagging, on_bucket("s3:PutBucketTagging")),
    "PutBucketAbac": writes(put_bucket_abac, on_bucket("s3:PutBucketAbac")),
    "GetBucketAbac": reads(get_bucket_abac, on_bucket("s3:GetBucketAbac")),
}
