"""Freshness: whether this process knows all changes, its own and those of other processes.

A watch reads the log of changes and notifies the database's listeners of the topics. `check()` is called
before cached values are used. True: listeners have been notified of every change that is older than the
bound. False: unknown, and the node must refuse requests. It recovers by itself.

    SQLite       no bound: every check asks for PRAGMA data_version, which differs after a commit of another
                 connection, and takes a few microseconds (sqlite.org, "PRAGMA statements").
    PostgreSQL   bound 1 s: a thread uses LISTEN, and polls every 0.25 s even without a notification. The
                 bound counts from the moment before a poll was sent, not from its answer.

The log must still have the last change that was seen. If it doesn't (emptied, or restored from a backup),
everything counts as changed. The monotonic clock is passed in.
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
    """Follows the changes of other processes; made by `Database.watch`."""

    @property
    def version(self) -> int | None:
        """A number that changes with each commit of any process, as of the last `check`.

        None where the engine has none.
        """

    def check(self) -> bool:
        """Whether listeners know all changes, up to the bound."""

    def close(self) -> None:
        """Ends the watch."""


class SqliteWatch:
    """For a SQLite database on this host."""

    def __init__(self, file: str, notify: Listener) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self.version = -1
        self._seen = int(self._connection.execute(LATEST).fetchone()[0])

    def check(self) -> bool:
        # Listeners are notified within the lock: no check may return True before they have heard.
        with self._lock:
            try:
                version = self._connection.execute("PRAGMA data_version").fetchone()[0]
                if version != self.version:
                    self._catch_up()
                    self.version = version
            except sqlite3.Error:
                return False
            return True

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _catch_up(self) -> None:
        rows = self._connection.execute(SINCE.format("?"), (self._seen,)).fetchall()
        topics = new_topics(rows, self._seen)
        if topics:
            self._notify(topics)
        self._seen = rows[-1][0] if rows else 0


def new_topics(rows: Sequence[tuple[int, str, str]], seen: int) -> tuple[Topic, ...]:
    """The topics of the rows after the change `seen`, which must be the first row."""
    if seen and (not rows or rows[0][0] != seen):
        return (EVERYTHING,)
    return tuple(Topic(kind, key) for seq, kind, key in rows if seq != seen)
