"""The tree of an organization: one root, units below it to a depth of five, accounts anywhere.

A parent is the root or a unit; a target of policies is a parent or an account. What is in another
organization counts as missing.
"""

from watchword.store import Transaction
from watchword.store.organizations import members, units
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization
from watchword.store.organizations.units import Unit

Target = Organization | Unit | Member
"""The organization stands for its root."""
ROOT_NAME = "Root"


def unit(tx: Transaction, organization: Organization, unit_id: str) -> Unit | None:
    """The unit of that id in the organization, None when there is none."""
    found = units.by_id(tx, unit_id)
    return found if found and found.organization == organization.id else None


def member(tx: Transaction, organization: Organization, account: str) -> Member | None:
    """The account as a member of the organization, None when it is no member."""
    found = members.of_account(tx, account)
    return found if found and found.organization == organization.id else None


def parent(tx: Transaction, organization: Organization, parent_id: str) -> Organization | Unit | None:
    """The root or unit of that id in the organization, None when there is none."""
    return organization if parent_id == organization.root else unit(tx, organization, parent_id)


def target(tx: Transaction, organization: Organization, target_id: str) -> Target | None:
    """The root, unit or account of that id in the organization, None when there is none."""
    return parent(tx, organization, target_id) or member(tx, organization, target_id)


def above(tx: Transaction, organization: Organization, parent_id: str) -> list[Unit]:
    """The units from right below the root down to that parent, itself included."""
    found: list[Unit] = []
    while parent_id != organization.root:
        here = units.by_id(tx, parent_id)
        if here is None or here.organization != organization.id:
            raise RuntimeError(f"{parent_id} is no parent in {organization.id}")
        found.insert(0, here)
        parent_id = here.parent
    return found


def path(organization: Organization, *below: str) -> str:
    """How a place in the tree is written, such as `o-a1b2c3d4e5/r-f6g7/ou-f6g7-h8i9j0k1/`."""
    return "/".join((organization.id, organization.root, *below, ""))


def called(target: Target) -> str:
    """What explanations call a place in the tree."""
    match target:
        case Organization():
            return f"root {target.root}"
        case Unit():
            return f"OU {target.name} ({target.id})"
    return f"account {target.account}"


def is_empty(tx: Transaction, organization: Organization, unit: Unit) -> bool:
    """Whether a unit has no units and no accounts below it."""
    below, _ = units.page(tx, organization.id, unit.id, limit=1)
    inside, _ = members.page_of_parent(tx, organization.id, unit.id, limit=1)
    return not below and not inside
