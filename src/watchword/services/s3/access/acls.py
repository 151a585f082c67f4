"""ACLs of buckets and objects: put and get.

1. Where ACLs are disabled, they can be read, and say that the bucket's account has full control. They can't
   be changed.
2. A public ACL is refused where BlockPublicAcls is on.
3. An ACL changes only if the object is still the one that was decided on. Otherwise: OperationAborted.

How ACLs decide stands in `policy.buckets`.
Source: Amazon S3 API Reference, PutBucketAcl, GetBucketAcl, PutObjectAcl, GetObjectAcl; User Guide, "Access
control list (ACL) overview".
"""

from watchword.access import Demand
from watchword.facts.buckets import ACL, acl_of
from watchword.policy.buckets.acls import Acl
from watchword.policy.buckets.governing import ENFORCED
from watchword.policy.buckets.public import BLOCK_ACLS
from watchword.services.operation import Call, Demands, Operation, Output, object_write, reads, writes
from watchword.services.s3.access.grants import given_acl, is_given, shown
from watchword.services.s3.access.new_owner import check_unchanged
from watchword.services.s3.access.public_access_blocks import prevented
from watchword.services.s3.demands import bucket_of, object_demand, on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.stored import existing_tags, stored
from watchword.services.s3.versions.versions import version_of
from watchword.store.s3 import bucket_settings, objects


def put_bucket_acl(call: Call) -> Output:
    """PutBucketAcl."""
    fact = bucket_of(call)
    if fact.ownership == ENFORCED:
        raise s3_error("AccessControlListNotSupported")  # 1.
    owner = fact.bucket.account
    bucket_settings.put(call.tx, fact.bucket, ACL, str(_given(call, owner, owner)))
    return {}


def get_bucket_acl(call: Call) -> Output:
    """GetBucketAcl."""
    fact = bucket_of(call)
    owner = fact.bucket.account
    return shown(fact.acl if fact.ownership != ENFORCED else acl_of(None, owner), owner)


def put_object_acl(call: Call) -> Output:
    """PutObjectAcl."""
    fact, row = bucket_of(call), version_of(call)
    if fact.ownership == ENFORCED:
        check_body(call.request, required=False)
        check_unchanged(call, fact)  # 1.
        return {}
    acl = _given(call, fact.owner_of(row), fact.bucket.account)
    if not objects.set_acl(call.change.begin(), row, str(acl)):
        raise s3_error("OperationAborted")
    return {}


def get_object_acl(call: Call) -> Output:
    """GetObjectAcl."""
    fact, row = bucket_of(call), version_of(call)
    owner = fact.owner_of(row)
    return shown(acl_of(None if fact.ownership == ENFORCED else row.acl, owner), owner)


def on_object(action: str) -> Demands:
    """For operations on the ACL of an object."""

    def demands(call: Call) -> tuple[Demand, ...]:
        fact, key, version = bucket_of(call), call.input["Key"], call.input.get("VersionId", "")
        tags = existing_tags(stored(call, fact, key, version))
        return (object_demand(call, fact, action, key, tags, version=version),)

    return demands


def _given(call: Call, owner: str, bucket_owner: str) -> Acl:
    """The ACL that the call gives, which must be in one of its places."""
    check_body(call.request, required=False)
    if not is_given(call):
        raise s3_error("MissingSecurityHeader")
    acl = given_acl(call, owner, bucket_owner)
    if BLOCK_ACLS in bucket_of(call).blocked and acl.public:
        raise prevented(call, BLOCK_ACLS)  # 2.
    return acl


OPERATIONS: dict[str, Operation] = {
    "PutBucketAcl": writes(put_bucket_acl, on_bucket("s3:PutBucketAcl")),
    "GetBucketAcl": reads(get_bucket_acl, on_bucket("s3:GetBucketAcl")),
    "PutObjectAcl": object_write(put_object_acl, on_object("s3:PutObjectAcl")),
    "GetObjectAcl": reads(get_object_acl, on_object("s3:GetObjectAcl"), data_event=True),
}
