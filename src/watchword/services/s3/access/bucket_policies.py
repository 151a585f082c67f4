"""Bucket policies: put, get, delete, and whether they make a bucket public.

1. The bucket belongs to the caller's account. Otherwise the answer is MethodNotAllowed, even if the caller
   is allowed.
2. The document is valid as a bucket policy: it is about S3 and this bucket only, and its actions, resources
   and condition keys fit together.
3. It isn't public, where public policies are blocked.
4. Users and roles in it are stored by their unique ids, so that a user who is made again under an old name
   gets no access. Readers see ARNs again, and the unique ids of principals that were deleted.

Source: Amazon S3 API Reference, PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy,
GetBucketPolicyStatus; User Guide, "Policies and permissions in Amazon S3" and "Blocking public access",
"The meaning of public".
"""

from watchword.identity import policy_principals
from watchword.policy import Policy
from watchword.policy.buckets.public import BLOCK_POLICY, is_public
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.access.canonical_principals import by_account
from watchword.services.s3.access.public_access_blocks import prevented
from watchword.services.s3.demands import bucket_of, on_own_policy
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import buckets
from watchword.store.s3.buckets import Bucket


def put_bucket_policy(call: Call) -> Output:
    """PutBucketPolicy."""
    from watchword.reference.actions import catalogue  # noqa: PLC0415 only this operation needs it

    bucket = _own(call)
    check_body(call.request, required=False)
    policy = by_account(call, validate(call.input["Policy"], DocumentKind.S3_BUCKET, catalogue()))
    _check_scope(policy, bucket)
    if BLOCK_POLICY in bucket_of(call).blocked and is_public(policy):
        raise prevented(call, BLOCK_POLICY)  # 3.
    try:
        stored = policy_principals.bind(call.tx, policy)
    except policy_principals.UnknownPrincipal as unknown:
        detail = f'"AWS" : "{unknown.name}"'
        raise s3_error("MalformedPolicy", "Invalid principal in policy", Detail=detail) from None
    buckets.set_policy(call.tx, bucket, str(stored))
    return {}


def get_bucket_policy(call: Call) -> Output:
    """GetBucketPolicy."""
    return {"Policy": str(policy_principals.unbind(call.tx, Policy.parse(_governing(call))))}


def get_bucket_policy_status(call: Call) -> Output:
    """GetBucketPolicyStatus."""
    return {"PolicyStatus": {"IsPublic": is_public(Policy.parse(_governing(call)))}}


def delete_bucket_policy(call: Call) -> Output:
    """DeleteBucketPolicy. It succeeds if there is no policy."""
    buckets.set_policy(call.tx, _own(call), None)
    return {}


def _own(call: Call) -> Bucket:
    """Rule 1."""
    bucket = bucket_of(call).bucket
    if bucket.account != call.account:
        raise s3_error("MethodNotAllowed", Method=call.request.method, ResourceType="BUCKETPOLICY")
    return bucket


def _governing(call: Call) -> str:
    bucket = _own(call)
    if bucket.policy is None:
        raise s3_error("NoSuchBucketPolicy", BucketName=bucket.name)
    return bucket.policy


def _check_scope(policy: Policy, bucket: Bucket) -> None:
    """Rule 2: the resources."""
    arn = f"arn:{bucket.partition}:s3:::{bucket.name}"
    for statement in policy.statements:
        resources = statement.resource.values if statement.resource else ()
        if not all(each == arn or each.startswith((f"{arn}/", f"{arn}*")) for each in resources):
            raise s3_error("MalformedPolicy", "Policy has invalid resource")


OPERATIONS: dict[str, Operation] = {
    "PutBucketPolicy": writes(put_bucket_policy, on_own_policy("s3:PutBucketPolicy")),
    "GetBucketPolicy": reads(get_bucket_policy, on_own_policy("s3:GetBucketPolicy")),
    "GetBucketPolicyStatus": reads(get_bucket_policy_status, on_own_policy("s3:GetBucketPolicyStatus")),
    "DeleteBucketPolicy": writes(delete_bucket_policy, on_own_policy("s3:DeleteBucketPolicy")),
}
