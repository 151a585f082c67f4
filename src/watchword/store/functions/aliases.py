"""Aliases of functions: names that point at a version, or divide invocations between two."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import Column, ColumnElement, ForeignKey, Integer, Table, Text, bindparam, select

from watchword.store.functions import functions
from watchword.store.tables import METADATA, CodepointText, JsonStrings, columns
from watchword.store.transaction import Transaction

ALIASES = Table(
    "function_aliases",
    METADATA,
    Column("function_id", CodepointText, ForeignKey("functions.id"), primary_key=True),
    Column("name", CodepointText, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("weights", JsonStrings, nullable=False),
    Column("revision", CodepointText, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias of the version of that number; 0 is $LATEST."""

    function_id: str
    name: str
    number: int
    description: str
    revision: str
    weights: Mapping[str, str] = field(default_factory=dict)
    """Numbers of other versions, and the share of invocations that each gets, from 0 to 1."""


_OF = select(*columns(ALIASES, Alias)).where(ALIASES.c.function_id == bindparam("function_id"))
_ALL = _OF.order_by(ALIASES.c.name)


def of(tx: Transaction, function_id: str) -> list[Alias]:
    """All aliases of a function, by name."""
    return tx.all(Alias, _ALL, function_id=function_id)


def insert(tx: Transaction, alias: Alias) -> None:
    """Adds an alias. Raises Conflict when the function has one of that name."""
    tx.run(ALIASES.insert(), asdict(alias))
    functions.touch(tx, alias.function_id)


def update(tx: Transaction, alias: Alias) -> None:
    """Replaces the alias of that name."""
    tx.run(ALIASES.update().where(*_here(alias)), asdict(alias))
    functions.touch(tx, alias.function_id)


def remove(tx: Transaction, alias: Alias) -> None:
    """Removes an alias."""
    tx.run(ALIASES.delete().where(*_here(alias)))
    functions.touch(tx, alias.function_id)


def remove_all(tx: Transaction, function_id: str) -> None:
    """Removes all aliases of a function that is being removed."""
    tx.run(ALIASES.delete().where(ALIASES.c.function_id == function_id))
    functions.touch(tx, function_id)


def _here(alias: Alias) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ALIASES.c.function_id == alias.function_id, ALIASES.c.name == alias.name
