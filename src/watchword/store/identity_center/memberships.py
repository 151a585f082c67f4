"""Who is in which group of a directory. A change concerns the user: what the groups have, the user has."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, bindparam, func, select

from watchword.names import nouns
from watchword.store.identity_center.groups import Group
from watchword.store.identity_center.users import User
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

DIRECTORY_MEMBERSHIPS = Table(
    "directory_memberships",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("directory", CodepointText, nullable=False),
    Column("group_id", CodepointText, ForeignKey("directory_groups.id"), nullable=False),
    Column("user_id", CodepointText, ForeignKey("directory_users.id"), nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("created_by", CodepointText, nullable=False),
    UniqueConstraint("group_id", "user_id"),
    Index("ix_directory_memberships_user_id", "user_id", "id"),
    Index("ix_directory_memberships_group_id", "group_id", "id"),
)
_T = DIRECTORY_MEMBERSHIPS.c


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in a group."""

    id: str
    directory: str
    group_id: str
    user_id: str
    created: datetime
    created_by: str


_ALL = select(*columns(DIRECTORY_MEMBERSHIPS, Membership))
_BY_ID = _ALL.where(_T.directory == bindparam("directory"), _T.id == bindparam("id"))
_OF_PAIR = _ALL.where(_T.group_id == bindparam("group_id"), _T.user_id == bindparam("user_id"))
_OF_GROUP = _ALL.where(_T.group_id == bindparam("owner"), _T.id > bindparam("after")).order_by(_T.id)
_OF_USER = _ALL.where(_T.user_id == bindparam("owner"), _T.id > bindparam("after")).order_by(_T.id)
_GROUPS = select(_T.group_id).where(_T.user_id == bindparam("user_id")).order_by(_T.group_id)
_MEMBERS = select(_T.user_id).where(_T.group_id == bindparam("group_id")).order_by(_T.user_id)
_COUNT = select(func.count()).select_from(DIRECTORY_MEMBERSHIPS).where(_T.user_id == bindparam("user_id"))


def insert(tx: Transaction, membership: Membership) -> None:
    """Raises Conflict when the user is in the group already."""
    tx.run(DIRECTORY_MEMBERSHIPS.insert(), asdict(membership))
    _changed(tx, membership.user_id)


def by_id(tx: Transaction, directory: str, membership_id: str) -> Membership | None:
    return tx.one(Membership, _BY_ID, directory=directory, id=membership_id)


def of_pair(tx: Transaction, group_id: str, user_id: str) -> Membership | None:
    """The membership of that user in that group."""
    return tx.one(Membership, _OF_PAIR, group_id=group_id, user_id=user_id)


def page_of_group(
    tx: Transaction, group_id: str, *, after: str = "", limit: int
) -> tuple[list[Membership], bool]:
    """Memberships sorted by id, after that id; and whether there are more."""
    return tx.page(Membership, _OF_GROUP, limit, owner=group_id, after=after)


def page_of_user(
    tx: Transaction, user_id: str, *, after: str = "", limit: int
) -> tuple[list[Membership], bool]:
    """The same, of one user."""
    return tx.page(Membership, _OF_USER, limit, owner=user_id, after=after)


def groups_of(tx: Transaction, user_id: str) -> list[str]:
    """The ids of a user's groups, sorted. A quota keeps them few."""
    return tx.all(str, _GROUPS, user_id=user_id)


def members_of(tx: Transaction, group_id: str) -> Sequence[str]:
    """The ids of a group's members, sorted."""
    return tx.all(str, _MEMBERS, group_id=group_id)


def count_groups(tx: Transaction, user_id: str) -> int:
    """In how many groups a user is."""
    return tx.number(_COUNT, user_id=user_id)


def remove(tx: Transaction, membership: Membership) -> None:
    tx.run(DIRECTORY_MEMBERSHIPS.delete().where(_T.id == membership.id))
    _changed(tx, membership.user_id)


def remove_user(tx: Transaction, user: User) -> None:
    """Takes a user out of all groups."""
    tx.run(DIRECTORY_MEMBERSHIPS.delete().where(_T.user_id == user.id))
    _changed(tx, user.id)


def remove_group(tx: Transaction, group: Group) -> None:
    """Takes all users out of a group."""
    for user_id in members_of(tx, group.id):
        _changed(tx, user_id)
    tx.run(DIRECTORY_MEMBERSHIPS.delete().where(_T.group_id == group.id))


def remove_all(tx: Transaction, directory: str) -> None:
    """All of a directory that is being removed. Nothing is assigned to its people any more."""
    tx.run(DIRECTORY_MEMBERSHIPS.delete().where(_T.directory == directory))


def _changed(tx: Transaction, user_id: str) -> None:
    tx.changed(nouns.DIRECTORY_USER, user_id)
