"""Column types, and other parts of tables. The table of a noun is in the file of the noun.

SQLite and PostgreSQL must store, compare and sort values in the same way. Only these types do:

* `Timestamp`: an aware datetime, stored as whole microseconds since 1970, without the engine's time zones;
* `CodepointText`: text, compared and sorted by code point, whatever the collation of a PostgreSQL database;
* `JsonStrings`: a small dictionary of strings, stored as JSON text;
* `Numbers`: a tuple of whole numbers, stored as text; an empty tuple is NULL;
* `Strings`: a tuple of strings, stored as JSON text;
* bytes: SQLite's BLOB and PostgreSQL's BYTEA both sort as memcmp does.

A name that is unique whatever its case has two columns: `name` as it was written, and `folded` as it is
compared (`watchword.names.fold`).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    or_,
)
from sqlalchemy.types import TypeDecorator

from watchword.store.direct import CONSTANT

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

CodepointText = Text().with_variant(Text(collation="C"), "postgresql")
Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number that the engine assigns. SQLite does that only for a column of type INTEGER."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Timestamp(TypeDecorator[datetime]):
    """An instant."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else _EPOCH + value * _MICROSECOND


class JsonStrings(TypeDecorator[dict[str, str]]):
    """A small dictionary of strings."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        if not value:
            return None if value is None else "{}"
        return json.dumps(dict(value), separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, str] | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else msgspec.json.decode(value)


class Numbers(TypeDecorator[tuple[int, ...]]):
    """A tuple of whole numbers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        return " ".join(map(str, value)) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...]:  # noqa: ARG002 SQLAlchemy's signature
        return tuple(map(int, value.split())) if value else ()


class Strings(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else msgspec.json.decode(value, type=tuple[str, ...])


def columns(
    table: Table, record: type, computed: Mapping[str, ColumnElement[Any]] = MappingProxyType({})
) -> list[ColumnElement[Any]]:
    """What to select for a record, in the order of its fields: a row unpacks into its constructor.

    `computed` are the fields that no column holds.
    """
    known: dict[str, ColumnElement[Any]] = {**table.c, **computed}
    return [known[name] for name in record.__annotations__]


def row(record: object) -> dict[str, Any]:
    """A record as what is inserted: the value of each column."""
    return {name: getattr(record, name) for name in type(record).__annotations__}


def unused_since(last_used: Column[Any], moment: datetime) -> ColumnElement[bool]:
    """Whether something was never used, or last used at that moment or before."""
    return or_(last_used.is_(None), last_used <= moment)


@cache
def insert_new(table: Table) -> Insert:
    """Inserts a row unless there is one with its key: ON CONFLICT DO NOTHING."""
    # Both engines have this clause. Most commands insert nothing and needn't import the second dialect.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    return insert(table).on_conflict_do_nothing().execution_options(**CONSTANT)
