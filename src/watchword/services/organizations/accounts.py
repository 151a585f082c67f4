"""Accounts of the organization. `creations` makes them."""

from watchword.identity.center import assigning
from watchword.organizations import accounts as rules
from watchword.organizations.refusals import refusal
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on
from watchword.store.identity_center import instances
from watchword.store.organizations import members
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization


def describe_account(call: Call) -> Output:
    """DescribeAccount."""
    return {"Account": shapes.account(call.tx, current.organization(call), current.account(call))}


def list_accounts(call: Call) -> Output:
    """ListAccounts."""
    here, start = current.organization(call), pages.start_of(call)
    return _page(call, *members.page(call.tx, here.id, after=start, limit=pages.size_of(call)))


def list_accounts_for_parent(call: Call) -> Output:
    """ListAccountsForParent: those right below it."""
    current.parent(call)
    here, parent, start = current.organization(call), call.input["ParentId"], pages.start_of(call)
    size = pages.size_of(call)
    return _page(call, *members.page_of_parent(call.tx, here.id, parent, after=start, limit=size))


def move_account(call: Call) -> Output:
    """MoveAccount: from the parent that the caller believes it to have, to another one."""
    account = current.account(call)
    current.parent(call, "SourceParentId", "SourceParentNotFoundException")
    current.parent(call, "DestinationParentId", "DestinationParentNotFoundException")
    source, destination = call.input["SourceParentId"], call.input["DestinationParentId"]
    if account.parent == destination:
        raise refusal("DuplicateAccountException")
    if account.parent != source:
        raise refusal("AccountNotFoundException", f"the account is below {account.parent}, not {source}")
    members.move(call.tx, account, destination)
    return {}


def close_account(call: Call) -> Output:
    """CloseAccount."""
    rules.close(call.tx, current.organization(call), current.account(call))
    return {}


def remove_account(call: Call) -> Output:
    """RemoveAccountFromOrganization."""
    here, account = current.organization(call), current.account(call)
    _leave(call, here, account)
    return {}


def leave_organization(call: Call) -> Output:
    """LeaveOrganization: the same, when the account itself asks."""
    here, account = current.organization(call), members.of_account(call.tx, call.account)
    assert account, "its organization was found by it"
    _leave(call, here, account)
    return {}


def _leave(call: Call, here: Organization, account: Member) -> None:
    """With what Identity Center of the organization has assigned in the account."""
    rules.check_may_leave(call.tx, here, account, call.now)
    instance = instances.of_account(call.tx, here.management)
    if instance is not None:
        assigning.leave(call.tx, instance, account.account)
    rules.leave(call.tx, here, account)


def _page(call: Call, found: list[Member], more: bool) -> Output:  # noqa: FBT001 as the store answers
    here = current.organization(call)
    shown = [shapes.account(call.tx, here, member) for member in found]
    return {"Accounts": shown, **pages.end(found[-1].account if found else "", more=more)}


OPERATIONS: dict[str, Operation] = {
    "DescribeAccount": reads(describe_account, on("AccountId", by=For.DELEGATED)),
    "ListAccounts": reads(list_accounts, on(by=For.DELEGATED)),
    "ListAccountsForParent": reads(list_accounts_for_parent, on("ParentId", by=For.DELEGATED)),
    "MoveAccount": writes(move_account, on("AccountId", "SourceParentId", "DestinationParentId")),
    "CloseAccount": writes(close_account, on("AccountId")),
    "RemoveAccountFromOrganization": writes(remove_account, on("AccountId")),
    "LeaveOrganization": writes(leave_organization, on(by=For.MEMBERS)),
}
