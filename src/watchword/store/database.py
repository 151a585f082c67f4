"""A database, and where its transactions begin and end.

Reading is a snapshot. Writing is serial: on SQLite an engine-wide lock makes it so, on PostgreSQL an
advisory lock that a write transaction takes first. So a function may read, decide and write without a
row lock and without being retried, which functions with effects outside the database could not be;
and the order of `changes` is the order of commits, so that whoever polls it misses none. The price is
one change at a time, commit included. What no decision depends on (objects' rows, last-used times)
doesn't pay it: `write(now, shared=True)` runs beside others on PostgreSQL and may change no topic.

The lock comes before the snapshot of the statement that follows it; that is why PostgreSQL's writes run
in READ COMMITTED: REPEATABLE READ would look at the moment before the wait.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, Engine, exc, text

from watchword.store import changes
from watchword.store.engines import LOCK_TIMEOUT_SECONDS, engine_for
from watchword.store.errors import CannotOpen, Unavailable, first_line, translate
from watchword.store.freshness import Listener, Monotonic, SqliteWatch, Watch
from watchword.store.migrate import bring_up_to_date
from watchword.store.point_reader import PointReader
from watchword.store.tables import METADATA
from watchword.store.transaction import EVERYTHING, Topic, Transaction

_WRITERS = int.from_bytes(b"watchwor")
_LOCK = text(f"SELECT pg_advisory_xact_lock({_WRITERS})")


class Database:
    """An open database, for any number of threads; other processes may have it open as well."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.on_sqlite = engine.dialect.name == "sqlite"
        reading = (
            {} if self.on_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._readers = engine.execution_options(**reading)
        self._writers = engine.execution_options(writes=True, preserve_rowcount=True)
        self._writing = threading.Lock()  # fairer than SQLite's own wait, which sleeps and tries again
        self._listeners: list[Listener] = []
        self._glances: list[PointReader] = []

    @classmethod
    def open(cls, url: str, *, durable: bool = True) -> Self:
        """Opens, creates or upgrades the database at `url`; raises CannotOpen.

        A database that isn't `durable` doesn't wait for the disk (SQLite only).
        """
        engine = engine_for(url, durable=durable)
        try:
            bring_up_to_date(engine)
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            engine.dispose()
            where = engine.url.render_as_string(hide_password=True)
            raise CannotOpen(f"database {where}: {first_line(error)}") from None
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A snapshot."""
        connection = _connect(self._readers)
        try:
            yield Transaction(connection)
        finally:
            connection.close()

    @contextmanager
    def write(self, now: datetime, *, shared: bool = False) -> Iterator[Transaction]:
        """A change, committed when the block ends and undone when it raises."""
        with self._turn(shared=shared):
            connection = _connect(self._writers)
            try:
                tx = Transaction(connection, now)
                self._begin(connection, shared=shared)
                yield tx
                self._commit(tx, shared=shared)
            finally:
                connection.close()
        if tx.topics:
            self.tell(tuple(tx.topics))

    def subscribe(self, listener: Listener) -> None:
        """From now on `listener` hears the topics of every change, in any thread.

        Of this process's own commits at once, of those of others by a `Watch`.
        """
        self._listeners.append(listener)

    def tell(self, topics: Sequence[Topic]) -> None:
        """Passes topics on to the listeners."""
        for listener in self._listeners:
            listener(topics)

    def watch(self, monotonic: Monotonic) -> Watch:
        """Tells the listeners what other processes change; what was cached before is dropped at once."""
        self.tell((EVERYTHING,))
        url = self.engine.url
        if self.on_sqlite:
            return SqliteWatch(str(url.database), self.tell)
        from watchword.store.listening import PostgresWatch  # noqa: PLC0415 its head says why

        _, parameters = self.engine.dialect.create_connect_args(url)
        return PostgresWatch(parameters, self.tell, monotonic)

    def point_reader(self) -> PointReader | None:
        """A look at single rows for a thread that can't wait; None where each row is a journey."""
        if not self.on_sqlite:
            return None
        self._glances.append(PointReader(str(self.engine.url.database), self.engine.dialect))
        return self._glances[-1]

    def reset(self, now: datetime, begin: Callable[[Transaction], None] | None = None) -> None:
        """Empties every table; `changes` goes on counting. `begin` fills what nobody may see empty."""
        with self.write(now) as tx:
            for table in reversed(METADATA.sorted_tables):
                tx.run(table.delete())
            if begin:
                begin(tx)
            tx.changed(*EVERYTHING)

    def close(self) -> None:
        """Lets go of all connections that are not in use."""
        for point_reader in self._glances:
            point_reader.close()
        self.engine.dispose()

    @contextmanager
    def _turn(self, *, shared: bool) -> Iterator[None]:
        if shared and not self.on_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            raise Unavailable("other changes take too long")
        try:
            yield
        finally:
            self._writing.release()

    def _begin(self, connection: Connection, *, shared: bool) -> None:
        try:
            connection.begin()
            if not shared and not self.on_sqlite:
                connection.execute(_LOCK)
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            raise translate(error) from error

    def _commit(self, tx: Transaction, *, shared: bool) -> None:
        if tx.failure is not None:
            raise tx.failure
        if tx.topics and shared:
            raise RuntimeError(f"a shared transaction changes no topic: {next(iter(tx.topics))}")
        if tx.topics:
            changes.append(tx)
        try:
            tx.connection.commit()
        except exc.SQLAlchemyError as error:
            raise translate(error) from error


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except exc.SQLAlchemyError as error:
        raise translate(error) from error
