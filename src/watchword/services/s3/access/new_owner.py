"""Who owns the object that a put, a copy or an upload creates, and which ACL it has.

1. Where ACLs are disabled, the only ACL that may be given is bucket-owner-full-control.
2. A public ACL is refused where BlockPublicAcls is on.
3. To give an ACL needs s3:PutObjectAcl besides s3:PutObject. A copy doesn't have the ACL of its source.
Source: Amazon S3 API Reference, PutObject, "Permissions"; User Guide, "Controlling ownership of objects and
disabling ACLs for your bucket"; `policy.buckets.governing` has the rules of ownership.
"""

from typing import TypedDict

from watchword.access import Demand
from watchword.facts.buckets import BucketFact, acl_of
from watchword.policy.buckets.acls import FULL, Acl, Grant
from watchword.policy.buckets.governing import ENFORCED, GIVES_AWAY, owner_of_new
from watchword.policy.buckets.public import BLOCK_ACLS
from watchword.services.operation import Call
from watchword.services.s3.access.grants import given_acl, is_given
from watchword.services.s3.access.public_access_blocks import prevented
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.errors import s3_error


class Owned(TypedDict):
    """The fields of a row that say whose its object is; None where that goes without saying."""

    owner: str | None
    acl: str | None


def new_owner(call: Call) -> Owned:
    """For the object that the call creates. Raises for an ACL that it can't have."""
    fact = bucket_of(call)
    if fact.ownership == ENFORCED:
        check_unchanged(call, fact)
        return {"owner": None, "acl": None}
    bucket_owner = fact.bucket.account
    owner = owner_of_new(call.account, bucket_owner, fact.ownership, call.input.get("ACL", ""))
    acl = given_acl(call, owner, bucket_owner)
    if BLOCK_ACLS in fact.blocked and acl.public:
        raise prevented(call, BLOCK_ACLS)
    return {
        "owner": owner if owner != bucket_owner else None,
        "acl": str(acl) if acl != acl_of(None, owner) else None,
    }


def check_unchanged(call: Call, fact: BucketFact) -> None:
    """Rule 1: raises AccessControlListNotSupported."""
    if not is_given(call) or call.input.get("ACL") == GIVES_AWAY:
        return
    owner = fact.bucket.account
    if "ACL" in call.input or given_acl(call, owner, owner) != Acl((Grant(FULL, owner),)):
        raise s3_error("AccessControlListNotSupported")


def to_give(call: Call) -> tuple[Demand, ...]:
    """Rule 3."""
    fact = bucket_of(call)
    if fact.ownership == ENFORCED or not is_given(call):
        return ()
    return (object_demand(call, fact, "s3:PutObjectAcl", call.input["Key"]),)
