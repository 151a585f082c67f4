"""Whether this process knows of every change, its own and those of other processes.

A watch reads the log of changes and tells the database's listeners their topics. `check()` is asked
before what is cached is used; True means that every change committed more than the bound ago has been
told, False that nobody can say, and then the node must refuse. It recovers by itself.

    SQLite       bound: none. PRAGMA data_version differs whenever another connection has committed; it
                 costs a few microseconds, so every check asks (sqlite.org, "PRAGMA statements").
    PostgreSQL   bound: 1 s. A thread listens, and asks every 0.25 s even if it hears nothing. What
                 counts is the moment before the question was sent, not that of the answer.

The log must still hold the last change that was seen; where it doesn't (emptied, or restored from a copy),
everything has changed. The monotonic clock is passed in.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import psycopg

from watchword.store.changes import CHANNEL
from watchword.store.transaction import EVERYTHING, Topic

BOUND_SECONDS = 1.0
POLL_SECONDS = 0.25

Listener = Callable[[Sequence[Topic]], None]
Monotonic = Callable[[], float]

_LATEST = "SELECT coalesce(max(seq), 0) FROM changes"
_SINCE = "SELECT seq, kind, key FROM changes WHERE seq >= {} ORDER BY seq"
_CONNECTION = {
    "application_name": "watchword watch",
    "connect_timeout": 2,  # the least that libpq takes
    "tcp_user_timeout": 2000,  # a peer that vanished must not hold the watch for minutes
}


class Watch(Protocol):
    """What tells a process of changes; made by `Database.watch`."""

    def check(self) -> bool:
        """Whether what was told is all there is, up to the bound."""

    def close(self) -> None:
        """Ends the watch."""


class FileWatch:
    """For a SQLite database on this host."""

    def __init__(self, file: str, tell: Listener) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._version = -1
        self._seen = int(self._connection.execute(_LATEST).fetchone()[0])

    def check(self) -> bool:
        # Topics are told within the lock: nobody may hear "fresh" before the listeners have heard them.
        with self._lock:
            try:
                version = self._connection.execute("PRAGMA data_version").fetchone()[0]
                if version != self._version:
                    self._catch_up()
                    self._version = version
            except sqlite3.Error:
                return False
            return True

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _catch_up(self) -> None:
        rows = self._connection.execute(_SINCE.format("?"), (self._seen,)).fetchall()
        topics = _news(rows, self._seen)
        if topics:
            self._tell(topics)
        self._seen = rows[-1][0] if rows else 0


class ServerWatch:
    """For a PostgreSQL database, anywhere."""

    def __init__(self, parameters: Mapping[str, Any], tell: Listener, monotonic: Monotonic) -> None:
        self._parameters = {**parameters, **_CONNECTION}
        self._tell = tell
        self._monotonic = monotonic
        self._confirmed_at = float("-inf")
        self._confirmed = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchword watch", daemon=True)
        self._thread.start()
        self._confirmed.wait(BOUND_SECONDS)

    def check(self) -> bool:
        return self._monotonic() - self._confirmed_at <= BOUND_SECONDS

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with psycopg.connect(**self._parameters, autocommit=True) as connection:
                    self._follow(connection)
            except psycopg.Error:
                self._ended.wait(POLL_SECONDS)

    def _follow(self, connection: psycopg.Connection[Any]) -> None:
        """Until the connection or the watch ends. It begins anew: the log may be another one by now."""
        connection.execute(f"LISTEN {CHANNEL}")
        seen = connection.execute(_LATEST).fetchall()[0][0]
        self._tell((EVERYTHING,))
        while not self._ended.is_set():
            asked_at = self._monotonic()
            rows = connection.execute(_SINCE.format("%s"), (seen,)).fetchall()
            topics = _news(rows, seen)
            if topics:
                self._tell(topics)
            seen = rows[-1][0] if rows else 0
            self._confirmed_at = asked_at
            self._confirmed.set()
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass


def _news(rows: Sequence[tuple[int, str, str]], seen: int) -> tuple[Topic, ...]:
    """What the rows from the change `seen` on tell; the first of them must be that change."""
    if seen and (not rows or rows[0][0] != seen):
        return (EVERYTHING,)
    return tuple(Topic(kind, key) for seq, kind, key in rows if seq != seen)
