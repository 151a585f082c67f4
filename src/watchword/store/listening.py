"""Freshness on PostgreSQL: a thread that uses LISTEN, and polls four times a second without a notification.

`freshness` has the queries and says what the answers mean. This file is imported only when a PostgreSQL
database is watched: importing the driver takes longer than a whole command on SQLite.
Source: PostgreSQL manual, "LISTEN" and "NOTIFY".
"""

import threading
from collections.abc import Mapping
from typing import Any

import psycopg

from watchword.store.changes import CHANNEL
from watchword.store.freshness import LATEST, SINCE, Listener, Monotonic, new_topics
from watchword.store.transaction import EVERYTHING

BOUND_SECONDS = 1.0
POLL_SECONDS = 0.25

_CONNECTION = {
    "application_name": "watchword watch",
    "connect_timeout": 2,  # the minimum of libpq
    "tcp_user_timeout": 2000,  # a vanished peer must not block the watch for minutes
}


class PostgresWatch:
    """For a PostgreSQL database, anywhere."""

    version = None

    def __init__(self, parameters: Mapping[str, Any], notify: Listener, monotonic: Monotonic) -> None:
        self._parameters = {**parameters, **_CONNECTION}
        self._notify = notify
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
        self._thread.join(BOUND_SECONDS)  # a thread that waits for an answer is left behind

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with psycopg.connect(**self._parameters, autocommit=True) as connection:
                    self._follow(connection)
            except psycopg.Error:
                self._ended.wait(POLL_SECONDS)

    def _follow(self, connection: psycopg.Connection[Any]) -> None:
        """Runs until the connection or the watch ends. Each connection starts with EVERYTHING.

        The log may be another one by now, restored from a backup.
        """
        connection.execute(f"LISTEN {CHANNEL}")
        seen = connection.execute(LATEST).fetchall()[0][0]
        self._notify((EVERYTHING,))
        while not self._ended.is_set():
            asked_at = self._monotonic()
            rows = connection.execute(SINCE.format("%s"), (seen,)).fetchall()
            topics = new_topics(rows, seen)
            if topics:
                self._notify(topics)
            seen = rows[-1][0] if rows else 0
            self._confirmed_at = asked_at
            self._confirmed.set()
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
