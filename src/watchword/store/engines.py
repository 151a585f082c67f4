"""The two engines, SQLite and PostgreSQL, with connections that are configured to behave alike.

SQLite (sqlite.org: "Write-Ahead Logging", "Isolation In SQLite", "PRAGMA statements"):
  WAL, so that readers see a snapshot and never wait;
  an explicit BEGIN, since the driver's implicit one comes too late;
  BEGIN IMMEDIATE for writes, so that a writer waits at its start and can't fail later for want of the lock;
  synchronous=FULL, so that a committed change survives a power failure.
PostgreSQL (manual: "Transaction Isolation", "Client Connection Defaults"):
  READ COMMITTED for writes, so that each statement sees what was committed before it;
  REPEATABLE READ, READ ONLY for reads: one snapshot;
  timeouts for every wait: for a lock, for an answer, and of an idle transaction.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from watchword.store.errors import CannotOpen, Missing

LOCK_TIMEOUT_SECONDS = 10.0
"""How long a transaction waits for a lock, or for a free connection."""
_CONNECTIONS = 16
_MORE_CONNECTIONS = 48
_PRIVATE = 0o600

_POOL: dict[str, Any] = {
    "pool_size": _CONNECTIONS,
    "max_overflow": _MORE_CONNECTIONS,
    "pool_timeout": LOCK_TIMEOUT_SECONDS,
}


def engine_for(url: str, *, durable: bool, make: bool = True) -> Engine:
    """The engine for a URL, `sqlite:///file` or `postgresql://...`, not yet connected.

    Raises CannotOpen, and Missing for a file that isn't there, unless it is to be made.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise CannotOpen("database URL: expected sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if parsed.drivername == "sqlite":
        return _sqlite(parsed, durable=durable, make=make)
    if parsed.drivername == "postgresql":
        return _postgresql(parsed)
    raise CannotOpen(f"database URL: {parsed.drivername!r} is neither sqlite nor postgresql")


def _sqlite(url: URL, *, durable: bool, make: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise CannotOpen("database URL: sqlite needs a file, as in sqlite:///watchword.db")
    if not make and not Path(url.database).exists():
        raise Missing(f"there is no database file {url.database}")
    _create_private(Path(url.database))
    timeout_ms = int(LOCK_TIMEOUT_SECONDS * 1000)
    engine = create_engine(url, **_POOL)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {timeout_ms}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        driver_connection(connection).execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    timeout_ms = int(LOCK_TIMEOUT_SECONDS * 1000)
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        connect_args={"connect_timeout": int(LOCK_TIMEOUT_SECONDS), "tcp_user_timeout": timeout_ms},
        **_POOL,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 a connection of the driver
        connection.execute(f"SET lock_timeout = {timeout_ms}")
        connection.execute(f"SET idle_in_transaction_session_timeout = {3 * timeout_ms}")
        connection.commit()

    return engine


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """The connection of SQLite's driver beneath SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _create_private(file: Path) -> None:
    """Creates the file with mode 0600. SQLite gives its other files (WAL, shared memory) the same mode."""
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _PRIVATE))
    except OSError as error:
        raise CannotOpen(f"database file {file}: {error.strerror}") from None
