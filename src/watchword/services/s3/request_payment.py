"""Requester pays: put, get, and who must say that they pay.

1. A request to read, change or list objects of such a bucket says `x-amz-request-payer: requester`, unless it
   is of the account that owns the bucket. Otherwise: AccessDenied. A copy reads its source as well.
2. Nobody who is anonymous can pay, so a bucket policy opens such a bucket to no stranger.
3. The answer says that the requester is charged. Nothing is charged here: the setting keeps data from being
   read without a name.

Source: Amazon S3 User Guide, "Using Requester Pays general purpose buckets"; API Reference,
PutBucketRequestPayment, GetBucketRequestPayment.
"""

from dataclasses import replace

from watchword.access import Demand
from watchword.facts.buckets import BucketFact
from watchword.names import fault
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.sources import source_bucket
from watchword.store.s3 import bucket_settings

SETTING = "request-payment"
"""The name of the setting of a bucket."""
OWNER, REQUESTER = "BucketOwner", "Requester"
_SAID = "requester"
_LISTS = {"ListMultipartUploads", "ListObjectVersions", "ListObjects", "ListObjectsV2", "ListParts"}
_UPLOADS = {"AbortMultipartUpload", "CompleteMultipartUpload", "CreateMultipartUpload"}
TELL = frozenset(
    {"CopyObject", "DeleteObject", "DeleteObjects", "GetObject", "GetObjectAcl", "GetObjectAttributes"}
    | {"HeadObject", "PutObject", "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention"}
    | {"UploadPart", "UploadPartCopy"}
    | _LISTS
    | _UPLOADS
)
"""Operations whose answers say who is charged."""
PAID = TELL | {"DeleteObjectTagging", "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging"}
PAID |= {"PutObjectTagging"}
"""Those of rule 1."""


def put_bucket_request_payment(call: Call) -> Output:
    """PutBucketRequestPayment."""
    check_body(call.request, required=False)
    payer = call.input["RequestPaymentConfiguration"]["Payer"]
    if payer not in (OWNER, REQUESTER):
        raise s3_error("MalformedXML")
    document = REQUESTER if payer == REQUESTER else None
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {}


def get_bucket_request_payment(call: Call) -> Output:
    """GetBucketRequestPayment."""
    return {"Payer": bucket_of(call).settings.get(SETTING, OWNER)}


def paid(name: str, row: Operation) -> Operation:
    """The row of an operation, with rules 1 and 3."""
    if name not in PAID:
        return row

    def demands(call: Call) -> tuple[Demand, ...]:
        found = row.demands(call)
        if _charged(call) and (call.caller.anonymous or call.input.get("RequestPayer") != _SAID):
            said = "Access Denied: the requester pays for this bucket, and says so by x-amz-request-payer."
            raise fault("AccessDenied", said)
        return found

    def perform(call: Call) -> Output:
        output = row.perform(call)
        return {**output, "RequestCharged": _SAID} if name in TELL and _charged(call) else output

    return replace(row, demands=demands, perform=perform)


def _charged(call: Call) -> bool:
    """Whether the caller pays for a bucket of the call."""
    facts = [bucket_of(call), *([source_bucket(call)] if "CopySource" in call.input else ())]
    return any(_pays(call, fact) for fact in facts)


def _pays(call: Call, fact: BucketFact) -> bool:
    return fact.settings.get(SETTING) == REQUESTER and call.account != fact.bucket.account


OPERATIONS: dict[str, Operation] = {
    "PutBucketRequestPayment": writes(put_bucket_request_payment, on_bucket("s3:PutBucketRequestPayment")),
    "GetBucketRequestPayment": reads(get_bucket_request_payment, on_bucket("s3:GetBucketRequestPayment")),
}
