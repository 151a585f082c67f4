"""What is assigned to a person: accounts, and in each the roles of permission sets.

A permission set that isn't provisioned in an account has no role there, and isn't listed. Pages go on after
an account's id, and after the name of a set.
Source: IAM Identity Center Portal API Reference, ListAccounts, ListAccountRoles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace as with_proof
from typing import NamedTuple

from watchword.access.schemes import portal_token
from watchword.names import AwsError
from watchword.services.operation import Call, Operation, Output, no_demands, reads
from watchword.services.page_positions import position_in, token_of
from watchword.services.sso.people import forbidden, person_of
from watchword.store import Transaction, accounts
from watchword.store.accounts import Account
from watchword.store.iam import roles
from watchword.store.iam.roles import Role
from watchword.store.identity_center import assignments, instances, permission_sets, provisions
from watchword.store.identity_center.permission_sets import PermissionSet

PAGE = 100


class Assigned(NamedTuple):
    """A role that a person may act in."""

    permission_set: PermissionSet
    role: Role


def list_accounts(call: Call) -> Output:
    """ListAccounts."""
    listed = [(each.id, _info(each)) for each in accounts_of(call.tx, *_whose(call))]
    return _page(call, "accountList", listed)


def list_account_roles(call: Call) -> Output:
    """ListAccountRoles."""
    account = call.input["accountId"]
    found = roles_of(call.tx, *_whose(call), account)
    if not found:
        raise forbidden(f"nothing is assigned in account {account[:20]!r}")
    names = [each.permission_set.name for each in found]
    return _page(call, "roleList", [(name, {"roleName": name, "accountId": account}) for name in names])


def accounts_of(tx: Transaction, directory: str, user_id: str) -> list[Account]:
    """The open accounts in which a person has a role, sorted by id."""
    ids = sorted({each.role.account for each in _assigned(tx, directory, user_id, "")})
    found = (accounts.by_id(tx, account) for account in ids)
    return [account for account in found if account and account.closed is None]


def roles_of(tx: Transaction, directory: str, user_id: str, account: str) -> list[Assigned]:
    """The roles that a person has in an account, sorted by the names of their permission sets."""
    there = accounts.by_id(tx, account)
    if there is None or there.closed is not None:
        return []
    return sorted(
        _assigned(tx, directory, user_id, account), key=lambda assigned: assigned.permission_set.name
    )


def _assigned(tx: Transaction, directory: str, user_id: str, account: str) -> Iterator[Assigned]:
    """What a person has in one account, or in all if it is empty: each role once."""
    instance = instances.of_directory(tx, directory)
    pairs = {(each.permission_set_id, each.account) for each in assignments.of_user(tx, user_id, account)}
    for set_id, place in pairs if instance else ():
        found = permission_sets.by_id(tx, instance.id, set_id) if instance else None
        provision = provisions.find(tx, set_id, place)
        role = roles.by_id(tx, provision.role_id) if provision else None
        if found and role:
            yield Assigned(found, role)


def _whose(call: Call) -> tuple[str, str]:
    person = person_of(call)
    return person.session.directory, person.session.user_id


def _info(account: Account) -> dict[str, str]:
    info = {"accountId": account.id, "accountName": account.name}
    return info | ({"emailAddress": account.email} if account.email else {})


def _page(call: Call, member: str, listed: Sequence[tuple[str, dict[str, str]]]) -> Output:
    """What comes after the position, as far as a page goes."""
    after = position_in(call.input.get("nextToken"))
    if after is None:
        raise AwsError("InvalidRequestException", 400, "nextToken isn't one of this list.")
    size = call.input.get("maxResults", PAGE)
    left = [each for each in listed if each[0] > after]
    output: dict[str, object] = {member: [info for _, info in left[:size]]}
    if len(left) > size:
        output["nextToken"] = token_of(left[size - 1][0])
    return output


OPERATIONS: dict[str, Operation] = {
    "ListAccounts": with_proof(reads(list_accounts, no_demands), proof=portal_token.read),
    "ListAccountRoles": with_proof(reads(list_account_roles, no_demands), proof=portal_token.read),
}
