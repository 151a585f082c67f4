"""Policies of a permission set: AWS's, those that each account has, an inline policy, a boundary.

A policy that each account has is known by its path and name. Whether an account has it counts when the set is
provisioned there.
Source: IAM Identity Center API Reference, AttachManagedPolicyToPermissionSet and its siblings.
"""

from collections.abc import Mapping
from dataclasses import replace

from watchword.identity import aws_managed, managed_policies
from watchword.identity.center import quotas
from watchword.identity.center.refusals import conflict, invalid, not_found
from watchword.names import AwsError, nouns
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.sso_admin import pages
from watchword.services.sso_admin.demands import INSTANCE, SET, current, current_set, on
from watchword.store.identity_center import permission_sets
from watchword.store.identity_center.permission_sets import PermissionSet

_REFERENCE, _ARN = "CustomerManagedPolicyReference", "ManagedPolicyArn"


def attach_managed(call: Call) -> Output:
    """AttachManagedPolicyToPermissionSet."""
    found, arn = _set(call), call.input[_ARN]
    _check_of_aws(arn)
    _check_new(found, arn, found.managed)
    permission_sets.revise(call.tx, replace(found, managed=(*found.managed, arn)))
    return {}


def detach_managed(call: Call) -> Output:
    """DetachManagedPolicyFromPermissionSet."""
    found, arn = _set(call), call.input[_ARN]
    permission_sets.revise(call.tx, replace(found, managed=_without(found.managed, arn)))
    return {}


def list_managed(call: Call) -> Output:
    """ListManagedPoliciesInPermissionSet."""
    arns, end = pages.part(call, _set(call).managed)
    listed = [{"Name": arn.rpartition("/")[2], "Arn": arn} for arn in arns]
    return {"AttachedManagedPolicies": listed, **end}


def attach_customer_managed(call: Call) -> Output:
    """AttachCustomerManagedPolicyReferenceToPermissionSet."""
    found, reference = _set(call), _reference(call.input[_REFERENCE])
    _check_new(found, reference, found.customer_managed)
    permission_sets.revise(call.tx, replace(found, customer_managed=(*found.customer_managed, reference)))
    return {}


def detach_customer_managed(call: Call) -> Output:
    """DetachCustomerManagedPolicyReferenceFromPermissionSet."""
    found, reference = _set(call), _reference(call.input[_REFERENCE])
    left = _without(found.customer_managed, reference)
    permission_sets.revise(call.tx, replace(found, customer_managed=left))
    return {}


def list_customer_managed(call: Call) -> Output:
    """ListCustomerManagedPolicyReferencesInPermissionSet."""
    references, end = pages.part(call, _set(call).customer_managed)
    return {"CustomerManagedPolicyReferences": [_shown(each) for each in references], **end}


def put_inline(call: Call) -> Output:
    """PutInlinePolicyToPermissionSet."""
    found, document = _set(call), call.input["InlinePolicy"]
    try:
        validate(document, DocumentKind.ROLE_INLINE, partition=call.partition)
    except AwsError as wrong:
        raise invalid(f"The inline policy is not valid. {wrong.said}", wrong.meant) from None
    permission_sets.revise(call.tx, replace(found, inline=document))
    return {}


def get_inline(call: Call) -> Output:
    """GetInlinePolicyForPermissionSet: empty where there is none."""
    return {"InlinePolicy": _set(call).inline}


def delete_inline(call: Call) -> Output:
    """DeleteInlinePolicyFromPermissionSet."""
    permission_sets.revise(call.tx, replace(_set(call), inline=""))
    return {}


def put_boundary(call: Call) -> Output:
    """PutPermissionsBoundaryToPermissionSet."""
    found, given = _set(call), call.input["PermissionsBoundary"]
    if len(given) != 1:
        raise invalid(f"PermissionsBoundary must have either {_REFERENCE} or {_ARN}.")
    boundary = given.get(_ARN) or _reference(given[_REFERENCE])
    if _ARN in given:
        _check_of_aws(boundary)
    permission_sets.revise(call.tx, replace(found, boundary=boundary))
    return {}


def get_boundary(call: Call) -> Output:
    """GetPermissionsBoundaryForPermissionSet."""
    boundary = _set(call).boundary
    if not boundary:
        raise not_found("The permission set has no permissions boundary.")
    of_aws = boundary.startswith("arn:")
    return {"PermissionsBoundary": {_ARN: boundary} if of_aws else {_REFERENCE: _shown(boundary)}}


def delete_boundary(call: Call) -> Output:
    """DeletePermissionsBoundaryFromPermissionSet."""
    found = _set(call)
    if not found.boundary:
        raise not_found("The permission set has no permissions boundary.")
    permission_sets.revise(call.tx, replace(found, boundary=""))
    return {}


def _set(call: Call) -> PermissionSet:
    return current_set(call, current(call))


def _check_of_aws(arn: str) -> None:
    """Raises ResourceNotFoundException and ValidationException."""
    policy = aws_managed.find(arn)
    if policy is None:
        raise not_found(f"Policy {arn} does not exist or is not attachable.")
    try:
        managed_policies.check_attachable(policy, nouns.ROLE)
    except AwsError as refused:
        raise invalid(refused.said, refused.meant) from None


def _check_new(found: PermissionSet, policy: str, there: tuple[str, ...]) -> None:
    """Raises ConflictException and ServiceQuotaExceededException."""
    if policy in there:
        raise conflict(f"Policy {policy} is attached to the permission set already.")
    count = len(found.managed) + len(found.customer_managed) + 1
    quotas.check(count, quotas.MOST_POLICIES, "policies of a permission set")


def _without(there: tuple[str, ...], policy: str) -> tuple[str, ...]:
    """Raises ResourceNotFoundException."""
    if policy not in there:
        raise not_found(f"Policy {policy} is not attached to the permission set.")
    return tuple(each for each in there if each != policy)


def _reference(given: Mapping[str, str]) -> str:
    """Path and name, such as /team/Read."""
    return given.get("Path", "/") + given["Name"]


def _shown(reference: str) -> dict[str, str]:
    path, _, name = reference.rpartition("/")
    return {"Name": name, "Path": f"{path}/"}


_BOTH = on(INSTANCE, SET)
OPERATIONS: dict[str, Operation] = {
    "AttachManagedPolicyToPermissionSet": writes(attach_managed, _BOTH),
    "DetachManagedPolicyFromPermissionSet": writes(detach_managed, _BOTH),
    "ListManagedPoliciesInPermissionSet": reads(list_managed, _BOTH),
    "AttachCustomerManagedPolicyReferenceToPermissionSet": writes(attach_customer_managed, _BOTH),
    "DetachCustomerManagedPolicyReferenceFromPermissionSet": writes(detach_customer_managed, _BOTH),
    "ListCustomerManagedPolicyReferencesInPermissionSet": reads(list_customer_managed, _BOTH),
    "PutInlinePolicyToPermissionSet": writes(put_inline, _BOTH),
    "GetInlinePolicyForPermissionSet": reads(get_inline, _BOTH),
    "DeleteInlinePolicyFromPermissionSet": writes(delete_inline, _BOTH),
    "PutPermissionsBoundaryToPermissionSet": writes(put_boundary, _BOTH),
    "GetPermissionsBoundaryForPermissionSet": reads(get_boundary, _BOTH),
    "DeletePermissionsBoundaryFromPermissionSet": writes(delete_boundary, _BOTH),
}
