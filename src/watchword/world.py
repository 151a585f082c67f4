"""Everything the server is made of, in one frozen value that `app` puts together.

Nothing else is global: no other source of time or randomness, no setting read where it is used. So every
rule above can be tried as value in, value out, by giving it another world.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from watchword.facts import Facts
from watchword.journal import Gathering, Journal
from watchword.names.ids import Randomness
from watchword.objects import Objects
from watchword.settings import Settings
from watchword.store import Database
from watchword.wire import Models


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


@dataclass(frozen=True)
class World:
    """One server's parts."""

    settings: Settings
    clock: Clock
    randomness: Randomness
    database: Database
    facts: Facts
    models: Models
    journal: Journal | Gathering
    objects: Objects

    def close(self) -> None:
        """Lets go of files and connections."""
        self.facts.close()
        self.database.close()
        self.journal.close()
