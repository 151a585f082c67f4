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
from collections.abc import Callable, Sequence
from typing import Protocol

from watchword.store.transaction import EVERYTHING, Topic

Listener = Callable[[Sequence[Topic]], None]
Monotonic = Callable[[], float]

LATEST = "SELECT coalesce(max(seq), 0) FROM changes"
SINCE = "SELECT seq, kind, key FROM changes WHERE seq >= {} ORDER BY seq"


class Watch(Protocol):
    """What tells a process of changes; made by `Database.watch`."""

    def check(self) -> bool:
        """Whether what was told is all there is, up to the bound."""

    def close(self) -> None:
        """Ends the watch."""


class SqliteWatch:
    """For a SQLite database on this host."""

    def __init__(self, file: str, tell: Listener) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._version = -1
        self._seen = int(self._connection.execute(LATEST).fetchone()[0])

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
        rows = self._connection.execute(SINCE.format("?"), (self._seen,)).fetchall()
        topics = news(rows, self._seen)
        if topics:
            self._tell(topics)
        self._seen = rows[-1][0] if rows else 0


def news(rows: Sequence[tuple[int, str, str]], seen: int) -> tuple[Topic, ...]:
    """The topics in rows from the change `seen` on; the first row must be that change."""
    if seen and (not rows or rows[0][0] != seen):
        return (EVERYTHING,)
    return tuple(Topic(kind, key) for seq, kind, key in rows if seq != seen)
