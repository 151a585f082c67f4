"""Permissions boundaries of users and roles.

Any managed policy can be a boundary, but for those of service-linked roles. A boundary grants nothing.
Deleting one that isn't set succeeds.
Source: IAM User Guide, "Permissions boundaries for IAM entities".
"""

from watchword.identity import managed_policies
from watchword.identity.arns import given_policy_arn
from watchword.identity.refusals import no_such_boundary
from watchword.services.iam import demands
from watchword.services.iam.entity_types import ROLE, USER, AnyEntityType
from watchword.services.operation import Call, Operation, Output, writes
from watchword.store.iam import roles, users


def wanted_boundary(call: Call, kind: AnyEntityType) -> str | None:
    """The boundary in the input, None when it has none. Raises NoSuchEntity, PolicyNotAttachable."""
    if "PermissionsBoundary" not in call.input:
        return None
    arn = str(given_policy_arn(call.input["PermissionsBoundary"], call.partition))
    policy = managed_policies.find(call.tx, call.account, arn)
    if policy is None:
        raise no_such_boundary(arn)
    managed_policies.check_attachable(policy, kind.noun)
    return arn


def put_user_permissions_boundary(call: Call) -> Output:
    """PutUserPermissionsBoundary."""
    users.set_boundary(call.tx, USER.of(call), wanted_boundary(call, USER))
    return {}


def delete_user_permissions_boundary(call: Call) -> Output:
    """DeleteUserPermissionsBoundary."""
    users.set_boundary(call.tx, USER.of(call), None)
    return {}


def put_role_permissions_boundary(call: Call) -> Output:
    """PutRolePermissionsBoundary."""
    roles.set_boundary(call.tx, ROLE.of(call), wanted_boundary(call, ROLE))
    return {}


def delete_role_permissions_boundary(call: Call) -> Output:
    """DeleteRolePermissionsBoundary."""
    roles.set_boundary(call.tx, ROLE.of(call), None)
    return {}


OPERATIONS: dict[str, Operation] = {
    "PutUserPermissionsBoundary": writes(put_user_permissions_boundary, demands.on(USER)),
    "DeleteUserPermissionsBoundary": writes(delete_user_permissions_boundary, demands.on(USER, bounded=True)),
    "PutRolePermissionsBoundary": writes(put_role_permissions_boundary, demands.on(ROLE)),
    "DeleteRolePermissionsBoundary": writes(delete_role_permissions_boundary, demands.on(ROLE, bounded=True)),
}
