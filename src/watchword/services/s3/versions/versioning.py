"""Whether a bucket keeps the versions of its objects.

A bucket begins without versioning. Once it is enabled, it can be suspended and enabled again, never removed:
versions that are there stay in all states. `commits` says what a state means for writes.

1. The document names a state. Otherwise: IllegalVersioningConfigurationException.
2. MFA delete can't be enabled: NotImplemented. A bucket that seemed to ask for a code and didn't would be
   worse.
3. With object lock, versioning can't be suspended: InvalidBucketState.

Source: Amazon S3 API Reference, PutBucketVersioning and GetBucketVersioning; User Guide, "How S3 Versioning
works".
"""

from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import buckets
from watchword.store.s3.buckets import ENABLED, NEVER, SUSPENDED


def put_bucket_versioning(call: Call) -> Output:
    """PutBucketVersioning."""
    check_body(call.request, required=False)
    asked = call.input["VersioningConfiguration"]
    if "Status" not in asked:
        raise s3_error("IllegalVersioningConfigurationException")
    if asked["Status"] not in (ENABLED, SUSPENDED):
        raise s3_error("MalformedXML")
    if asked.get("MFADelete", "Disabled") != "Disabled":
        raise s3_error("NotImplemented", "MFA delete is not implemented.")
    if not buckets.set_versioning(call.tx, bucket_of(call).bucket, asked["Status"]):
        raise s3_error("InvalidBucketState")
    return {}


def get_bucket_versioning(call: Call) -> Output:
    """GetBucketVersioning."""
    state = bucket_of(call).bucket.versioning
    return {} if state == NEVER else {"Status": state}


OPERATIONS: dict[str, Operation] = {
    "PutBucketVersioning": writes(put_bucket_versioning, on_bucket("s3:PutBucketVersioning")),
    "GetBucketVersioning": reads(get_bucket_versioning, on_bucket("s3:GetBucketVersioning")),
}
