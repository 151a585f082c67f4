"""Point reads: single rows of a SQLite file, read without waiting for a lock, for the event loop.

A point reader runs the same statements as transactions, compiled once, on its own connection. Each read sees
what was committed last. It can be made in one thread and used in another, but only one thread can use it.
Why not SQLAlchemy: its transaction around one row takes ten times as long as the row.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Dialect, Select

from watchword.store.errors import translate

Record = TypeVar("Record")
Change = Callable[[Any], Any] | None
"""Converts between Python's value and SQLite's; None when they are the same."""
Compiled = tuple[str, Sequence[tuple[str, Change]], Sequence[Change]]
"""A statement's SQL, its parameters in their order, the columns of its row."""


class PointReader:
    """Reads single rows, as a `Transaction` does."""

    def __init__(self, file: str, dialect: Dialect) -> None:
        self._connection = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._dialect = dialect
        self._compiled: dict[Select[Any], Compiled] = {}

    def one(self, make: Callable[..., Record], statement: Select[Any], **values: object) -> Record | None:
        """The record of the only row, None when there is none. Raises Unavailable instead of waiting."""
        sql, given, found = self._compiled.get(statement) or self._compile(statement)
        try:
            row = self._connection.execute(sql, [_as(values[name], into) for name, into in given]).fetchone()
        except sqlite3.Error as error:
            raise translate(error) from error
        return None if row is None else make(*map(_as, row, found))

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _compile(self, statement: Select[Any]) -> Compiled:
        compiled, dialect = statement.compile(dialect=self._dialect), self._dialect
        types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        given = [(name, types[name].bind_processor(dialect)) for name in compiled.positiontup or ()]
        found = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in statement.selected_columns
        ]
        self._compiled[statement] = compiled.string, given, found
        return self._compiled[statement]


def _as(value: object, change: Change) -> object:
    return value if change is None else change(value)
