"""Provisioning: making the roles of a permission set what the set says now, and where there are roles of it.

Source: IAM Identity Center API Reference, ProvisionPermissionSet, ListAccountsForProvisionedPermissionSet,
ListPermissionSetsProvisionedToAccount.
"""

from watchword.identity.center import provisioning
from watchword.identity.center.provisioning import Unprovisionable
from watchword.identity.center.refusals import invalid, not_found
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.sso_admin import pages
from watchword.services.sso_admin.demands import INSTANCE, SET, current, current_set, on
from watchword.services.sso_admin.statuses import PROVISIONING, noted
from watchword.store.identity_center import permission_sets, provisions

LATEST = "LATEST_PERMISSION_SET_PROVISIONED"


def provision_permission_set(call: Call) -> Output:
    """ProvisionPermissionSet: in one account, or wherever it has a role. One that fails stops no other."""
    instance, given = current(call), call.input
    permission_set, one = current_set(call, instance), given["TargetType"] == "AWS_ACCOUNT"
    if one != ("TargetId" in given):
        raise invalid("TargetId must be given for AWS_ACCOUNT, and for nothing else.")
    account, found = given.get("TargetId", ""), provisions.of_set(call.tx, permission_set.id)
    if one and not (found := [each for each in found if each.account == account]):
        raise not_found(f"The permission set is not provisioned in account {account}.")
    failures = []
    for each in found:
        try:
            provisioning.provision(call.tx, instance, permission_set, each.account, call.world.randomness)
        except Unprovisionable as why:
            failures.append(f"{each.account}: {why}")
    failure = failures[0] if failures else ""
    return noted(call, PROVISIONING, instance, permission_set, failure, account=account)


def list_accounts_for_provisioned_permission_set(call: Call) -> Output:
    """ListAccountsForProvisionedPermissionSet."""
    permission_set = current_set(call, current(call))
    found, more = provisions.page_of_set(
        call.tx,
        permission_set.id,
        latest=_wanted(call),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    accounts = [each.account for each in found]
    return {"AccountIds": accounts, **pages.end(accounts[-1] if accounts else "", more=more)}


def list_permission_sets_provisioned_to_account(call: Call) -> Output:
    """ListPermissionSetsProvisionedToAccount."""
    instance = current(call)
    found, more = provisions.page_of_account(
        call.tx,
        instance.id,
        call.input["AccountId"],
        latest=_wanted(call),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    arns = [permission_sets.arn_of(instance, each.permission_set_id) for each in found]
    end = pages.end(found[-1].permission_set_id if found else "", more=more)
    return {"PermissionSets": arns, **end}


def _wanted(call: Call) -> bool | None:
    """Whether only roles of the latest revision are asked for, or only older ones; None for all."""
    status = call.input.get("ProvisioningStatus")
    return None if status is None else status == LATEST


OPERATIONS: dict[str, Operation] = {
    "ProvisionPermissionSet": writes(provision_permission_set, on(INSTANCE, SET, "TargetId")),
    "ListAccountsForProvisionedPermissionSet": reads(
        list_accounts_for_provisioned_permission_set, on(INSTANCE, SET)
    ),
    "ListPermissionSetsProvisionedToAccount": reads(
        list_permission_sets_provisioned_to_account, on(INSTANCE, "AccountId")
    ),
}
