"""Freshness on PostgreSQL: a thread that listens, and asks four times a second if it hears nothing.

What is asked, and what the answer means, is in `freshness`. This file is imported where a PostgreSQL is
opened and nowhere else, since the driver takes longer to import than a command on SQLite to run.
Source: PostgreSQL manual, "LISTEN" and "NOTIFY".
"""

import threading
from collections.abc import Mapping
from typing import Any

import psycopg

from watchword.store.changes import CHANNEL
from watchword.store.freshness import LATEST, SINCE, Listener, Monotonic, news
from watchword.store.transaction import EVERYTHING

BOUND_SECONDS = 1.0
POLL_SECONDS = 0.25

_CONNECTION = {
    "application_name": "watchword watch",
    "connect_timeout": 2,  # the least that libpq takes
    "tcp_user_timeout": 2000,  # a peer that vanished must not hold the watch for minutes
}


class PostgresWatch:
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
        self._thread.join(BOUND_SECONDS)  # not longer, should it wait for an answer

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
        seen = connection.execute(LATEST).fetchall()[0][0]
        self._tell((EVERYTHING,))
        while not self._ended.is_set():
            asked_at = self._monotonic()
            rows = connection.execute(SINCE.format("%s"), (seen,)).fetchall()
            topics = news(rows, seen)
            if topics:
                self._tell(topics)
            seen = rows[-1][0] if rows else 0
            self._confirmed_at = asked_at
            self._confirmed.set()
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
