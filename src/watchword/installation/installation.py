"""An open data directory: settings, clock, randomness, the database, and the root key.

The administrator's commands need no more than this, so they start without what only a server has: facts,
models, objects.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from watchword.installation.settings import Settings
from watchword.names.ids import Randomness
from watchword.proofs.keyring import Keyring, unwrap
from watchword.store import Database, Transaction, keyring


@dataclass
class Clock:
    """The time. Ephemeral servers can be sent ahead to see credentials expire."""

    read: Callable[[], float] = time.time
    ahead: timedelta = field(default_factory=timedelta)

    def wall(self) -> datetime:
        """The time on everybody's clock: what a signature's date is compared with."""
        return datetime.fromtimestamp(self.read(), UTC)

    def now(self) -> datetime:
        """The server's own time: what expiry is compared with."""
        return self.wall() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class RootKey:
    """The key under which the keyring is sealed in the database."""

    material: bytes = field(repr=False)
    randomness: Randomness = field(repr=False)

    def keyring(self, tx: Transaction) -> Keyring:
        """The keys that seal tokens and secrets. Raises Unopenable when they rest under another key."""
        keys = tuple(unwrap(row.id, row.sealed, self.material) for row in keyring.all_keys(tx))
        return Keyring(keys, self.randomness)


@dataclass(frozen=True)
class Installation:
    """An open data directory and its database."""

    settings: Settings
    clock: Clock
    randomness: Randomness
    database: Database
    root_key: RootKey

    def keyring(self) -> Keyring:
        """The keys that seal tokens and secrets, as they are now."""
        with self.database.read() as tx:
            return self.root_key.keyring(tx)

    def close(self) -> None:
        """Closes the database's connections."""
        self.database.close()
