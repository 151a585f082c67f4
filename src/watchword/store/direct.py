"""Statements that run on the driver's own connection, for single rows: SQLAlchemy takes longer than SQLite.

A statement that is a constant of its module says so (`execution_options(**CONSTANT)`). It is compiled once,
by SQLAlchemy, so types and SQL are the same. It runs within the transaction that SQLAlchemy has begun. On
PostgreSQL nothing runs so: there the network takes most of the time.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Dialect, Executable

CONSTANT = {"constant": True}
"""The option of a statement that is made once and never dropped, so that it can be cached."""

Change = Callable[[Any], Any] | None
"""Converts between Python's value and SQLite's; None when they are the same."""


class Compiled(NamedTuple):
    """A statement's SQL, its parameters in their order, the columns of its rows."""

    sql: str
    given: Sequence[tuple[str, Change, object]]
    """Names; what they become; and what the statement itself has, such as a text it compares with."""
    found: Sequence[Change]

    def run(self, connection: sqlite3.Connection, values: Mapping[str, object]) -> sqlite3.Cursor:
        """Raises sqlite3.Error."""
        return connection.execute(
            self.sql, [_as(values.get(name, own), into) for name, into, own in self.given]
        )

    def row(self, row: Sequence[object]) -> list[object]:
        """A row that was fetched, in Python's values."""
        return list(map(_as, row, self.found))


class Direct:
    """The compiled statements of one database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._compiled: dict[tuple[Executable, tuple[str, ...]], Compiled] = {}

    def compiled(self, statement: Executable, values: Mapping[str, object]) -> Compiled:
        """The statement with parameters of these names."""
        key = statement, tuple(values)
        return self._compiled.get(key) or self._compiled.setdefault(key, self._compile(statement, values))

    def _compile(self, statement: Executable, values: Mapping[str, object]) -> Compiled:
        dialect, made = self._dialect, cast("Any", statement)
        compiled = made.compile(dialect=dialect, column_keys=list(values))
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        given = [
            (name, bind.type.dialect_impl(dialect).bind_processor(dialect), bind.value)
            for name, bind in binds
        ]
        missing = [name for name, bind in binds if bind.required and name not in values]
        if missing:
            raise TypeError(f"no values for {missing}")
        columns = made.exported_columns
        found = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
        return Compiled(compiled.string, given, found)


def is_constant(statement: Executable) -> bool:
    """Whether it may run directly."""
    return "constant" in statement.get_execution_options()


def _as(value: object, change: Change) -> object:
    return value if change is None else change(value)
