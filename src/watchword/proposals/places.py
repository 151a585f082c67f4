"""Where a policy is proposed: at a root, unit or account of an organization, or on a user, group or role.

A place covers accounts, or users and roles: what stands there today. A management account is in no place,
since neither SCPs nor RCPs hold for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchword.names.entity_arn import EntityArn
from watchword.names.nouns import GROUP, ROLE, USER
from watchword.organizations import tree
from watchword.store import Transaction
from watchword.store.iam import groups, roles, users
from watchword.store.iam.groups import Group
from watchword.store.iam.users import User
from watchword.store.organizations import members, organizations, units
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization
from watchword.world import World

_ALL = 1_000_000
"""More than any quota."""
_NAMED: Mapping[str, Callable[[Transaction, str, str], Any]] = {
    USER: users.named,
    GROUP: groups.named,
    ROLE: roles.named,
}


class NoPlace(Exception):  # noqa: N818 its message is the line that a person reads
    """There is no such place; the message is one line."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place for a policy."""

    id: str
    """Of a root, unit or account; the ARN of anything else."""
    called: str
    """What explanations call it."""
    covers: frozenset[str]
    """Ids of accounts, or ARNs of users and roles."""


def in_organization(world: World, target_id: str) -> Place:
    """The root, unit or account of that id, and the accounts there and below. Raises NoPlace."""
    with world.database.read() as tx:
        organization, target = _target(tx, target_id)
        accounts = {target_id} if isinstance(target, Member) else set(_below(tx, organization, target_id))
    return Place(target_id, tree.called(target), frozenset(accounts - {organization.management}))


def of_principal(world: World, arn: str, nouns: Sequence[str]) -> Place:
    """The user, group or role of that ARN, if it is one of these nouns. Raises NoPlace."""
    named = EntityArn.parse(arn)
    if named is None or named.noun not in nouns:
        raise NoPlace(f"not the ARN of a {' or '.join(nouns)}: {arn}")
    with world.database.read() as tx:
        found = _NAMED[named.noun](tx, named.account, named.name)
        if found is None or found.arn != arn:
            raise NoPlace(f"there is no {named.noun} {arn}")
        covers = [each.arn for each in _members(tx, found)] if isinstance(found, Group) else [arn]
    return Place(arn, arn, frozenset(covers))


def _target(tx: Transaction, target_id: str) -> tuple[Organization, tree.Target]:
    root = organizations.of_root(tx, target_id)
    if root is not None:
        return root, root
    target = units.by_id(tx, target_id) or members.of_account(tx, target_id)
    organization = organizations.by_id(tx, target.organization) if target else None
    if target is None or organization is None:
        raise NoPlace(f"no organization has a root, unit or account {target_id!r}")
    return organization, target


def _below(tx: Transaction, organization: Organization, parent: str) -> Iterator[str]:
    accounts, _ = members.page_of_parent(tx, organization.id, parent, limit=_ALL)
    yield from (each.account for each in accounts)
    below, _ = units.page(tx, organization.id, parent, limit=_ALL)
    for unit in below:
        yield from _below(tx, organization, unit.id)


def _members(tx: Transaction, group: Group) -> list[User]:
    found, _ = groups.members(tx, group.id, limit=_ALL)
    return found
