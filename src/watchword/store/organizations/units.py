"""Organizational units. A unit never moves, so none can come to be below itself."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint, bindparam, func, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = "organizational-unit"
"""The kind of its topics."""

UNITS = Table(
    "organizational_units",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("organization", CodepointText, ForeignKey("organizations.id"), nullable=False),
    Column("parent", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    UniqueConstraint("organization", "parent", "name"),
)


class Unit(Struct, frozen=True):
    """An organizational unit; `id` is ou-..., `parent` another unit or the root."""

    id: str
    organization: str
    parent: str
    name: str
    created: datetime


_ALL = select(*columns(UNITS, Unit))
_BY_ID = _ALL.where(UNITS.c.id == bindparam("id"))
_OF_PARENT = _ALL.where(
    UNITS.c.organization == bindparam("organization"), UNITS.c.parent == bindparam("parent")
)
_NAMED = _OF_PARENT.where(UNITS.c.name == bindparam("name"))
_PAGE = _OF_PARENT.where(UNITS.c.id > bindparam("after")).order_by(UNITS.c.id)
_IDS = select(UNITS.c.id).where(UNITS.c.organization == bindparam("organization")).order_by(UNITS.c.id)
_COUNT = select(func.count()).select_from(UNITS).where(UNITS.c.organization == bindparam("organization"))


def insert(tx: Transaction, unit: Unit) -> None:
    """Raises Conflict when the parent has a unit of that name."""
    tx.run(UNITS.insert(), structs.asdict(unit))
    _changed(tx, unit)


def by_id(tx: Transaction, unit_id: str) -> Unit | None:
    """The unit of that id, in whichever organization; None when there is none."""
    return tx.one(Unit, _BY_ID, id=unit_id)


def named(tx: Transaction, organization: str, parent: str, name: str) -> Unit | None:
    """The unit of that name below a parent, None when there is none."""
    return tx.one(Unit, _NAMED, organization=organization, parent=parent, name=name)


def page(
    tx: Transaction, organization: str, parent: str, *, after: str = "", limit: int
) -> tuple[list[Unit], bool]:
    """Units right below a parent, sorted by id, after the id `after`; and whether there are more."""
    return tx.page(Unit, _PAGE, limit, organization=organization, parent=parent, after=after)


def ids(tx: Transaction, organization: str) -> list[str]:
    """The ids of all, sorted."""
    return tx.all(str, _IDS, organization=organization)


def count(tx: Transaction, organization: str) -> int:
    """How many the organization has."""
    return tx.number(_COUNT, organization=organization)


def rename(tx: Transaction, unit: Unit, name: str) -> None:
    """Raises Conflict when the parent has another unit of that name."""
    tx.run(UNITS.update().where(UNITS.c.id == unit.id), {"name": name})
    _changed(tx, unit)


def remove(tx: Transaction, unit: Unit) -> None:
    """Removes its row. The caller knows that it is empty."""
    tx.run(UNITS.delete().where(UNITS.c.id == unit.id))
    _changed(tx, unit)


def _changed(tx: Transaction, unit: Unit) -> None:
    tx.changed(KIND, unit.id)
