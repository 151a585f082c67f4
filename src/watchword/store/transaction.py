"""An open transaction: the first argument of every function of the store.

It runs statements, makes records of rows, and collects the topics that the transaction changes.
`database` begins and ends transactions. The SQL of a noun is in the noun's file.

Everything that a decision can depend on has a topic: its kind and its unique id. A function that changes a
row, or what belongs to it (tags, attachments, memberships, inline policies), calls `tx.changed`.

    account        id             user           AIDA...        group          AGPA...
    role           AROA...        policy         ANPA...        access_key     AKIA...
    bucket         its id         revocation     its account    keyring        *
    instance-profile AIPA...      mfa            its id         server-certificate ASCA...
    oidc-provider, saml-provider  their ids       service_credential ACCA...
    everything     *              (the database was emptied or replaced)
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Delete, Executable, Insert, Row, Select, Update, exc
from sqlalchemy.sql.dml import ReturningDelete

from watchword.store.direct import Compiled, Direct, is_constant
from watchword.store.engines import driver_connection
from watchword.store.errors import StoreError, translate

Record = TypeVar("Record")
Values = Mapping[str, object] | Sequence[Mapping[str, object]]


class Topic(NamedTuple):
    """What a change concerns."""

    kind: str
    key: str


EVERYTHING = Topic("everything", "*")


class Reader(Protocol):
    """What can read a single row: a transaction, or a point reader."""

    def one(self, make: Callable[..., Record], statement: Select[Any], **values: object) -> Record | None:
        """The record of the only row, None when there is none."""


class Transaction:
    """A snapshot to read from, or a change that isn't committed yet."""

    __slots__ = ("_at", "_direct", "connection", "failure", "topics")

    def __init__(
        self, connection: Connection, at: datetime | None = None, direct: Direct | None = None
    ) -> None:
        """direct: for a transaction that has begun, where statements can run on the driver's connection."""
        self.connection = connection
        self._at = at
        self._direct = direct
        self.topics: dict[Topic, str] = {}
        self.failure: StoreError | None = None

    @property
    def at(self) -> datetime:
        """The time of a write transaction."""
        return self._must_write()

    @property
    def writes(self) -> bool:
        return self._at is not None

    def changed(self, kind: str, key: str, account: str = "") -> None:
        """Invalidates what caches have read of this topic, once the transaction commits."""
        self._must_write()
        self.topics[Topic(kind, key)] = account

    def one(self, make: Callable[..., Record], statement: Select[Any], **values: object) -> Record | None:
        """The record of the only row, None when there is none."""
        row = self._first(statement, values)
        return None if row is None else make(*row)

    def all(self, make: Callable[..., Record], statement: Select[Any], **values: object) -> list[Record]:
        """A record of each row."""
        return [make(*row) for row in self._execute(statement, values)]

    def page(
        self, make: Callable[..., Record], statement: Select[Any], limit: int, **values: object
    ) -> tuple[list[Record], bool]:
        """The first `limit` records, and whether there are more."""
        rows: Sequence[Row[Any]] = self._execute(statement.limit(limit + 1), values).all()
        return [make(*row) for row in rows[:limit]], len(rows) > limit

    def number(self, statement: Select[Any], **values: object) -> int:
        """The number that a statement counts; 0 when it gives no row."""
        return int(self._execute(statement, values).scalar() or 0)

    def take(
        self, make: Callable[..., Record], statement: ReturningDelete[Any], **values: object
    ) -> Record | None:
        """Deletes a row and returns its record, None when there was no such row."""
        self._must_write()
        row = self._first(statement, values)
        return None if row is None else make(*row)

    def take_all(
        self, make: Callable[..., Record], statement: ReturningDelete[Any], **values: object
    ) -> list[Record]:
        """Deletes rows and returns their records."""
        self._must_write()
        return [make(*row) for row in self._execute(statement, values)]

    def run(self, statement: Insert | Update | Delete, values: Mapping[str, object] | None = None) -> int:
        """Changes rows; returns their number."""
        self._must_write()
        if self._direct and is_constant(statement):
            return int(self._run(self._direct.compiled(statement, values or {}), values or {}).rowcount)
        return int(self._execute(statement, values or {}).rowcount)

    def run_many(self, statement: Insert, rows: Sequence[Mapping[str, object]]) -> None:
        """Inserts several rows at once; at least one."""
        self._must_write()
        self._execute(statement, rows)

    def _must_write(self) -> datetime:
        if self._at is None:
            raise RuntimeError("a read transaction changes nothing")
        return self._at

    def _first(self, statement: Executable, values: Mapping[str, object]) -> Sequence[Any] | None:
        """The first row."""
        if self._direct and is_constant(statement):
            compiled = self._direct.compiled(statement, values)
            rows = self._run(compiled, values).fetchall()  # all of them, or the statement would stay open
            return compiled.row(rows[0]) if rows else None
        row: Row[Any] | None = self._execute(statement, values).first()
        return row

    def _run(self, compiled: Compiled, values: Mapping[str, object]) -> sqlite3.Cursor:
        """Runs a statement on the driver's connection."""
        try:
            return compiled.run(driver_connection(self.connection), values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _execute(self, statement: Executable, values: Values) -> Any:  # noqa: ANN401 a cursor of any row
        try:
            return self.connection.execute(statement, values)
        except exc.SQLAlchemyError as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> Exception:
        """What is raised for it. The transaction can't commit any more."""
        meant = translate(error)
        # PostgreSQL would answer COMMIT with a silent ROLLBACK now, SQLite would commit the rest.
        self.failure = meant if isinstance(meant, StoreError) else StoreError(type(error).__name__)
        return meant
