"""An open data directory: settings, clock, randomness, database and root key, and who opened it.

This is all that the administrator's commands need, so they start without what only a server needs: facts,
models, objects.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from watchword.installation.operator import Operator
from watchword.installation.settings import Settings
from watchword.names.ids import Randomness
from watchword.proofs.keyring import Keyring, unwrap
from watchword.store import Database, Transaction, keyring


@dataclass
class Clock:
    """The time. Tests can move the clock of an ephemeral server ahead, to see credentials expire."""

    read: Callable[[], float] = time.time
    ahead: timedelta = field(default_factory=timedelta)

    def wall(self) -> datetime:
        """The real time. Dates of signatures are compared with it."""
        return datetime.fromtimestamp(self.read(), UTC)

    def now(self) -> datetime:
        """The server's time, moved ahead or not. Expiry is compared with it."""
        return self.wall() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)

    def reset(self, _now: datetime) -> None:
        """On time again."""
        self.ahead = timedelta()


@dataclass(frozen=True, slots=True)
class RootKey:
    """The key under which the keyring is sealed (wrapped) in the database."""

    material: bytes = field(repr=False)
    randomness: Randomness = field(repr=False)

    def keyring(self, tx: Transaction) -> Keyring:
        """The keys that seal tokens and secrets. Raises Unopenable when another root key sealed them."""
        keys = tuple(unwrap(row.id, row.sealed, self.material) for row in keyring.all_keys(tx))
        return Keyring(keys, self.randomness)


@runtime_checkable
class Closes(Protocol):
    """A part that has files, connections or a thread."""

    def close(self) -> None:
        """Ends them."""


@dataclass(frozen=True)
class Installation:
    """An open data directory and its database."""

    settings: Settings
    clock: Clock
    randomness: Randomness
    database: Database
    root_key: RootKey
    operator: Operator

    def keyring(self) -> Keyring:
        """The keys that seal tokens and secrets, read from the database."""
        with self.database.read() as tx:
            return self.root_key.keyring(tx)

    def close(self) -> None:
        """Closes all parts that can be closed, each before those that it is made of."""
        with ExitStack() as parts:
            for part in vars(self).values():
                if isinstance(part, Closes):
                    parts.callback(part.close)
