"""The public access block of a bucket: put, get, delete; and the refusals of what it blocks.

New buckets have all four settings on. What they mean stands in `policy.buckets.public`; the account's own
settings, which hold as well, are in `services.s3control`.
Source: Amazon S3 API Reference, PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock; User
Guide, "Blocking public access to your Amazon S3 storage" and "Troubleshoot access denied errors".
"""

from watchword.facts.buckets import PUBLIC_ACCESS_BLOCK
from watchword.names import AwsError, fault
from watchword.policy.buckets.public import BLOCK_ACLS, BLOCK_POLICY, configuration, settings_on
from watchword.policy.evaluation.decision import unauthorized
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import bucket_settings

_PREVENTED = {BLOCK_ACLS: "access control lists (ACLs)", BLOCK_POLICY: "policies"}


def put_public_access_block(call: Call) -> Output:
    """PutPublicAccessBlock: all four settings; those that aren't given are off."""
    check_body(call.request, required=False)
    on = settings_on(call.input["PublicAccessBlockConfiguration"])
    bucket_settings.put(call.tx, bucket_of(call).bucket, PUBLIC_ACCESS_BLOCK, " ".join(on))
    return {}


def get_public_access_block(call: Call) -> Output:
    """GetPublicAccessBlock: the settings of the bucket alone."""
    fact = bucket_of(call)
    if PUBLIC_ACCESS_BLOCK not in fact.settings:
        raise s3_error("NoSuchPublicAccessBlockConfiguration", BucketName=fact.bucket.name)
    return {"PublicAccessBlockConfiguration": configuration(fact.settings[PUBLIC_ACCESS_BLOCK].split())}


def delete_public_access_block(call: Call) -> Output:
    """DeletePublicAccessBlock. It succeeds if there is none."""
    bucket_settings.put(call.tx, bucket_of(call).bucket, PUBLIC_ACCESS_BLOCK, None)
    return {}


def prevented(call: Call, setting: str) -> AwsError:
    """The refusal of an allowed call that would make something public."""
    what = f"public {_PREVENTED[setting]} are prevented by the {setting} setting in S3 Block Public Access."
    return fault("AccessDenied", f"{unauthorized(call.decisions[-1].request)} because {what}")


OPERATIONS: dict[str, Operation] = {
    "PutPublicAccessBlock": writes(put_public_access_block, on_bucket("s3:PutBucketPublicAccessBlock")),
    "GetPublicAccessBlock": reads(get_public_access_block, on_bucket("s3:GetBucketPublicAccessBlock")),
    "DeletePublicAccessBlock": writes(delete_public_access_block, on_bucket("s3:PutBucketPublicAccessBlock")),
}
