"""Point reads: single rows of a SQLite file, read without waiting for a lock, for the event loop.

A point reader runs the same statements as transactions, compiled once, on its own connection. Each read sees
what was committed last. It can be made in one thread and used in another, but only one thread can use it.
Why not SQLAlchemy: its transaction around one row takes ten times as long as the row.
"""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Dialect, Select

from watchword.store.direct import Direct
from watchword.store.errors import translate

Record = TypeVar("Record")


class PointReader:
    """Reads single rows, as a `Transaction` does."""

    def __init__(self, file: str, dialect: Dialect) -> None:
        self._connection = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._direct = Direct(dialect)

    def one(self, make: Callable[..., Record], statement: Select[Any], **values: object) -> Record | None:
        """The record of the only row, None when there is none. Raises Unavailable instead of waiting."""
        compiled = self._direct.compiled(statement, values)
        try:
            row = compiled.run(self._connection, values).fetchone()
        except sqlite3.Error as error:
            raise translate(error) from error
        return None if row is None else make(*compiled.row(row))

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
