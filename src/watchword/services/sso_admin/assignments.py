"""Account assignments: who has which permission set in which account.

An organization's instance assigns in every account of the organization, another one in its owner's alone. In
the owner's account only the owner assigns, no delegated administrator.
Source: IAM Identity Center API Reference, CreateAccountAssignment and its siblings; IAM Identity Center User
Guide, "Delegated administration".
"""

from watchword.identity.center import assigning
from watchword.identity.center.provisioning import Unprovisionable
from watchword.identity.center.refusals import denied, not_found
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.sso_admin import pages
from watchword.services.sso_admin.demands import INSTANCE, OF_MANAGEMENT, SET, current, current_set, on
from watchword.services.sso_admin.statuses import CREATION, DELETION, noted
from watchword.store.identity_center import assignments, permission_sets
from watchword.store.identity_center.assignments import Assignment
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet
from watchword.store.organizations import members, organizations

NOT_ASSIGNED = "Received a 404 status error: The account assignment does not exist."


def create_account_assignment(call: Call) -> Output:
    """CreateAccountAssignment."""
    instance, permission_set, wanted = _given(call)
    failure = ""
    try:
        assigning.assign(call.tx, instance, permission_set, wanted, call.world.randomness)
    except Unprovisionable as why:
        failure = str(why)
    return noted(call, CREATION, instance, permission_set, failure, **_about(wanted))


def delete_account_assignment(call: Call) -> Output:
    """DeleteAccountAssignment."""
    instance, permission_set, unwanted = _given(call)
    found = assigning.find(call.tx, unwanted)
    if found is not None:
        assigning.take_away(call.tx, found)
    failure = "" if found else NOT_ASSIGNED
    return noted(call, DELETION, instance, permission_set, failure, **_about(unwanted))


def list_account_assignments(call: Call) -> Output:
    """ListAccountAssignments: of a permission set in an account."""
    instance = current(call)
    permission_set = current_set(call, instance)
    found, more = assignments.page(
        call.tx,
        permission_set.id,
        call.input["AccountId"],
        after=pages.position_of(call),
        limit=pages.size_of(call),
    )
    return _listed(instance, found, more=more)


def list_account_assignments_for_principal(call: Call) -> Output:
    """ListAccountAssignmentsForPrincipal: a user has those of its groups too."""
    instance, given = current(call), call.input
    found, more = assignments.page_of_principal(
        call.tx,
        given["PrincipalType"],
        given["PrincipalId"],
        instance_id=instance.id,
        account=given.get("Filter", {}).get("AccountId", ""),
        after=pages.position_of(call),
        limit=pages.size_of(call),
    )
    return _listed(instance, found, more=more)


def _given(call: Call) -> tuple[Instance, PermissionSet, Assignment]:
    """What the call names. Raises ResourceNotFoundException and AccessDeniedException."""
    instance, given = current(call), call.input
    permission_set, account = current_set(call, instance), given["TargetId"]
    if not _reaches(call, instance, account):
        raise not_found(f"Account {account} is not in the organization.")
    if account == instance.account != call.account:
        raise denied(OF_MANAGEMENT)
    wanted = Assignment(permission_set.id, account, given["PrincipalType"], given["PrincipalId"], call.now)
    return instance, permission_set, wanted


def _reaches(call: Call, instance: Instance, account: str) -> bool:
    """Whether the instance assigns in that account."""
    if account == instance.account:
        return True
    member = members.of_account(call.tx, account)
    found = organizations.by_id(call.tx, member.organization) if member else None
    return found is not None and found.management == instance.account


def _about(wanted: Assignment) -> dict[str, str]:
    return {
        "account": wanted.account,
        "principal_type": wanted.principal_type,
        "principal_id": wanted.principal_id,
    }


def _listed(instance: Instance, found: list[Assignment], *, more: bool) -> Output:
    listed = [
        {
            "AccountId": each.account,
            "PermissionSetArn": permission_sets.arn_of(instance, each.permission_set_id),
            "PrincipalType": each.principal_type,
            "PrincipalId": each.principal_id,
        }
        for each in found
    ]
    return {"AccountAssignments": listed, **pages.end(found[-1].position if found else 0, more=more)}


OPERATIONS: dict[str, Operation] = {
    "CreateAccountAssignment": writes(create_account_assignment, on(INSTANCE, SET, "TargetId")),
    "DeleteAccountAssignment": writes(delete_account_assignment, on(INSTANCE, SET, "TargetId")),
    "ListAccountAssignments": reads(list_account_assignments, on(INSTANCE, SET, "AccountId")),
    "ListAccountAssignmentsForPrincipal": reads(list_account_assignments_for_principal, on(INSTANCE)),
}
