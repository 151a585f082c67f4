"""Assigning permission sets, and taking them away. With the last one in an account, the role there goes."""

from watchword.identity.center import provisioning
from watchword.names.ids import Randomness
from watchword.store import Transaction
from watchword.store.identity_center import assignments, groups, provisions, users
from watchword.store.identity_center.assignments import GROUP, USER, Assignment
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet


def assign(
    tx: Transaction,
    instance: Instance,
    permission_set: PermissionSet,
    wanted: Assignment,
    randomness: Randomness,
) -> None:
    """Assigning again changes nothing. Raises Unprovisionable."""
    # 1. The user or group is there.
    look = {USER: users.by_id, GROUP: groups.by_id}[wanted.principal_type]
    if look(tx, instance.directory, wanted.principal_id) is None:
        raise provisioning.Unprovisionable(f"Received a 404 status error: {wanted.principal_type} not found.")
    # 2. The set has a role in the account.
    if provisions.find(tx, permission_set.id, wanted.account) is None:
        provisioning.provision(tx, instance, permission_set, wanted.account, randomness)
    if find(tx, wanted) is None:
        assignments.insert(tx, wanted)


def find(tx: Transaction, like: Assignment) -> Assignment | None:
    """The one that is made already."""
    return assignments.find(tx, like.permission_set_id, like.account, like.principal_type, like.principal_id)


def take_away(tx: Transaction, assignment: Assignment) -> None:
    assignments.remove(tx, assignment)
    set_id, account = assignment.permission_set_id, assignment.account
    found = provisions.find(tx, set_id, account)
    if found and not assignments.count(tx, set_id, account):
        provisioning.withdraw(tx, found)


def take_all_away(tx: Transaction, principal_type: str, principal_id: str) -> None:
    """Everything that is assigned to a user or group that is being removed."""
    for each in assignments.of_principal(tx, principal_type, principal_id):
        take_away(tx, each)


def leave(tx: Transaction, instance: Instance, account: str) -> None:
    """Takes away what everybody has in an account that leaves the instance's organization."""
    for each in assignments.of_account(tx, instance.id, account):
        take_away(tx, each)


def is_used(tx: Transaction, permission_set: PermissionSet) -> bool:
    """Whether it is assigned or provisioned anywhere."""
    return bool(assignments.of_set(tx, permission_set.id) or provisions.of_set(tx, permission_set.id))
