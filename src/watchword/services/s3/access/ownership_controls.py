"""Ownership controls of a bucket: put, get, delete.

A new bucket has BucketOwnerEnforced, unless its creation says otherwise: ACLs are disabled. They can't be
disabled while the bucket's ACL grants something to others. A bucket without controls is as one of
ObjectWriter. What each means stands in `policy.buckets.governing`.
Source: Amazon S3 API Reference, PutBucketOwnershipControls, GetBucketOwnershipControls,
DeleteBucketOwnershipControls; User Guide, "Prerequisites for disabling ACLs".
"""

from watchword.facts.buckets import OWNERSHIP
from watchword.policy.buckets.governing import ENFORCED
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import bucket_settings


def put_bucket_ownership_controls(call: Call) -> Output:
    """PutBucketOwnershipControls: one rule."""
    fact, rules = bucket_of(call), call.input["OwnershipControls"]["Rules"]
    check_body(call.request, required=False)
    if len(rules) != 1:
        raise s3_error("MalformedXML")
    ownership = rules[0]["ObjectOwnership"]
    if ownership == ENFORCED and fact.acl.beyond(fact.bucket.account):
        raise s3_error("InvalidBucketAclWithObjectOwnership")
    bucket_settings.put(call.tx, fact.bucket, OWNERSHIP, ownership)
    return {}


def get_bucket_ownership_controls(call: Call) -> Output:
    """GetBucketOwnershipControls."""
    fact = bucket_of(call)
    if fact.settings.get(OWNERSHIP) == "":
        raise s3_error("OwnershipControlsNotFoundError", BucketName=fact.bucket.name)
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": fact.ownership}]}}


def delete_bucket_ownership_controls(call: Call) -> Output:
    """DeleteBucketOwnershipControls. It succeeds if there are none."""
    bucket_settings.put(call.tx, bucket_of(call).bucket, OWNERSHIP, "")
    return {}


_PUT, _GET = on_bucket("s3:PutBucketOwnershipControls"), on_bucket("s3:GetBucketOwnershipControls")
OPERATIONS: dict[str, Operation] = {
    "PutBucketOwnershipControls": writes(put_bucket_ownership_controls, _PUT),
    "GetBucketOwnershipControls": reads(get_bucket_ownership_controls, _GET),
    "DeleteBucketOwnershipControls": writes(delete_bucket_ownership_controls, _PUT),
}
