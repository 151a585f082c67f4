"""Groups of a directory. Their names are unique in it, whatever the case (`watchword.names.fold`).

Source: IAM Identity Center, Identity Store API Reference, Group.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, Table, Text, UniqueConstraint, bindparam, func, select

from watchword.names import nouns
from watchword.names.fold import fold
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.DIRECTORY_GROUP

DIRECTORY_GROUPS = Table(
    "directory_groups",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("directory", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("folded", CodepointText, nullable=False),
    Column("description", Text, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("created_by", CodepointText, nullable=False),
    Column("updated", Timestamp, nullable=False),
    Column("updated_by", CodepointText, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("directory", "folded"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `name` is the API's DisplayName."""

    id: str
    directory: str
    name: str
    description: str
    created: datetime
    created_by: str
    updated: datetime
    updated_by: str
    revision: int = 1


_ALL = select(*columns(DIRECTORY_GROUPS, Group))
_HERE = DIRECTORY_GROUPS.c.directory == bindparam("directory")
_BY_ID = _ALL.where(_HERE, DIRECTORY_GROUPS.c.id == bindparam("id"))
_NAMED = _ALL.where(_HERE, DIRECTORY_GROUPS.c.folded == bindparam("folded"))
_PAGE = _ALL.where(_HERE, DIRECTORY_GROUPS.c.id > bindparam("after")).order_by(DIRECTORY_GROUPS.c.id)
_ORDERED = _ALL.where(_HERE).order_by(DIRECTORY_GROUPS.c.id)
_COUNT = select(func.count()).select_from(DIRECTORY_GROUPS).where(_HERE)


def insert(tx: Transaction, group: Group) -> None:
    """Raises Conflict when the directory has a group of that name."""
    tx.run(DIRECTORY_GROUPS.insert(), _row(group))
    _changed(tx, group)


def by_id(tx: Transaction, directory: str, group_id: str) -> Group | None:
    """The group of that id in that directory."""
    return tx.one(Group, _BY_ID, directory=directory, id=group_id)


def named(tx: Transaction, directory: str, name: str) -> Group | None:
    """The group of that name, whatever the case."""
    return tx.one(Group, _NAMED, directory=directory, folded=fold(name))


def page(tx: Transaction, directory: str, *, after: str = "", limit: int) -> tuple[list[Group], bool]:
    """Groups sorted by id, after that id; and whether there are more."""
    return tx.page(Group, _PAGE, limit, directory=directory, after=after)


def some(tx: Transaction, directory: str, *, skip: int, limit: int) -> list[Group]:
    """Those after the first `skip`, sorted by id."""
    return tx.all(Group, _ORDERED.offset(skip).limit(limit), directory=directory)


def count(tx: Transaction, directory: str) -> int:
    return tx.number(_COUNT, directory=directory)


def update(tx: Transaction, group: Group) -> None:
    """Replaces the one with that id. Raises Conflict as `insert` does."""
    tx.run(DIRECTORY_GROUPS.update().where(DIRECTORY_GROUPS.c.id == group.id), _row(group))
    _changed(tx, group)


def remove(tx: Transaction, group: Group) -> None:
    """Raises StillReferenced while it has members."""
    tx.run(DIRECTORY_GROUPS.delete().where(DIRECTORY_GROUPS.c.id == group.id))
    _changed(tx, group)


def remove_all(tx: Transaction, directory: str) -> None:
    """All of a directory that is being removed, when nobody is in a group any more."""
    tx.run(DIRECTORY_GROUPS.delete().where(DIRECTORY_GROUPS.c.directory == directory))


def _row(group: Group) -> dict[str, object]:
    return asdict(group) | {"folded": fold(group.name)}


def _changed(tx: Transaction, group: Group) -> None:
    tx.changed(KIND, group.id)
