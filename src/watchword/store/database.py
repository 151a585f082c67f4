"""A database, and where its transactions begin and end.

A read transaction is a snapshot. Write transactions are serial: each takes a lock first, the engine's own on
SQLite, an advisory lock on PostgreSQL. So a function can read, decide and write without row locks, and is
never retried (functions with effects outside the database couldn't be). The numbers of `changes` are in the
order of commits, so a reader that polls them misses none. The price: one change at a time. Those of a process
that wait for each other share a commit (`group_commit`).

Rows that no decision depends on (objects, last-used times) don't pay this price: `write(now, shared=True)`
runs beside other writes on PostgreSQL, and can't change a topic.

On PostgreSQL writes use READ COMMITTED: each statement after the lock sees what was committed before it. The
snapshot of REPEATABLE READ would be older than the wait for the lock.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, exc, text

from watchword.store import changes
from watchword.store.direct import Direct
from watchword.store.engines import engine_for
from watchword.store.errors import CannotOpen, first_line, translate
from watchword.store.freshness import Listener, Monotonic, SqliteWatch, Watch
from watchword.store.group_commit import GroupCommit, commit
from watchword.store.migrate import bring_up_to_date
from watchword.store.point_reader import PointReader
from watchword.store.tables import METADATA
from watchword.store.transaction import EVERYTHING, Topic, Transaction

_WRITERS_LOCK = int.from_bytes(b"watchwor")
_LOCK_WRITERS = text(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


class Database:
    """An open database, for any number of threads. Other processes can have it open too."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.on_sqlite = engine.dialect.name == "sqlite"
        reading = (
            {} if self.on_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._readers = engine.execution_options(**reading)
        self._writers = engine.execution_options(writes=True, preserve_rowcount=True)
        self._direct = Direct(engine.dialect) if self.on_sqlite else None
        self.changes = GroupCommit(self._begin)
        self._listeners: list[Listener] = []
        self._point_readers: list[PointReader] = []

    @classmethod
    def open(cls, url: str, *, durable: bool = True, make: bool = True) -> Self:
        """Opens the database at `url`; creates or upgrades its tables. Raises CannotOpen.

        On SQLite a database that isn't `durable` doesn't wait for the disk. Where nothing is to be made,
        it raises Missing.
        """
        engine = engine_for(url, durable=durable, make=make)
        try:
            bring_up_to_date(engine, make=make)
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            engine.dispose()
            where = engine.url.render_as_string(hide_password=True)
            raise CannotOpen(f"database {where}: {first_line(error)}") from None
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def file(self) -> Path | None:
        """The database's file; None for a database that isn't one."""
        return Path(str(self.engine.url.database)).absolute() if self.on_sqlite else None

    @property
    def directory(self) -> Path | None:
        """Of the database's file; None for a database that isn't one."""
        return self.file.parent if self.file else None

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that reads a snapshot."""
        connection = _connect(self._readers)
        try:
            yield Transaction(connection)
        finally:
            connection.close()

    @contextmanager
    def write(self, now: datetime, *, shared: bool = False) -> Iterator[Transaction]:
        """A transaction that writes. It is committed when the block ends, and rolled back when it raises."""
        with self._beside() if shared and not self.on_sqlite else self.changes.change() as connection:
            tx = Transaction(connection, now, self._direct)
            yield tx
            _complete(tx, shared=shared)
        if tx.topics:
            self.notify(tuple(tx.topics))

    def subscribe(self, listener: Listener) -> None:
        """Calls `listener` with the topics of every change from now on, in any thread.

        After a commit of this process at once; a `Watch` finds the changes of other processes.
        """
        self._listeners.append(listener)

    def notify(self, topics: Sequence[Topic]) -> None:
        """Calls all listeners with these topics."""
        for listener in self._listeners:
            listener(topics)

    def watch(self, monotonic: Monotonic) -> Watch:
        """Notifies listeners of other processes' changes, and first of EVERYTHING, which empties caches."""
        self.notify((EVERYTHING,))
        url = self.engine.url
        if self.on_sqlite:
            return SqliteWatch(str(url.database), self.notify)
        from watchword.store.listening import PostgresWatch  # noqa: PLC0415 its head says why

        _, parameters = self.engine.dialect.create_connect_args(url)
        return PostgresWatch(parameters, self.notify, monotonic)

    def point_reader(self) -> PointReader | None:
        """Reads rows without blocking. None on PostgreSQL, where every row costs a network round trip."""
        if not self.on_sqlite:
            return None
        self._point_readers.append(PointReader(str(self.engine.url.database), self.engine.dialect))
        return self._point_readers[-1]

    def empty(self, now: datetime, begin: Callable[[Transaction], None] | None = None) -> None:
        """Empties every table, and calls `begin` in the same transaction. `changes` goes on counting."""
        with self.write(now) as tx:
            for table in reversed(METADATA.sorted_tables):
                tx.run(table.delete())
            if begin:
                begin(tx)
            tx.changed(*EVERYTHING)

    def close(self) -> None:
        """Closes all connections that are not in use."""
        for point_reader in self._point_readers:
            point_reader.close()
        self.engine.dispose()

    @contextmanager
    def _beside(self) -> Iterator[Connection]:
        """A connection for a change that doesn't wait for others."""
        connection = _connect(self._writers)
        try:
            yield connection
            commit(connection)
        finally:
            connection.close()

    def _begin(self) -> Connection:
        """A connection with a transaction that no other writes beside."""
        connection = _connect(self._writers)
        try:
            connection.begin()
            if not self.on_sqlite:
                connection.execute(_LOCK_WRITERS)
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            connection.close()
            raise translate(error) from error
        return connection


def _complete(tx: Transaction, *, shared: bool) -> None:
    if tx.failure is not None:
        raise tx.failure
    if tx.topics and shared:
        raise RuntimeError(f"a shared transaction changes no topic: {next(iter(tx.topics))}")
    if tx.topics:
        changes.append(tx)


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except exc.SQLAlchemyError as error:
        raise translate(error) from error
