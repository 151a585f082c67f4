"""Everything the server is made of, in one frozen value that `app` puts together.

Nothing else is global: no other source of time or randomness, no setting read where it is used. So every
rule above can be tried as value in, value out, by giving it another world.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from watchword.facts import Facts
from watchword.installation.bootstrap import bootstrap
from watchword.installation.installation import Installation
from watchword.objects import Objects
from watchword.store import EVERYTHING, Cache
from watchword.store.audit_files import Journal
from watchword.wire import Models

REMEMBERED_USES = 20_000
"""Whose last use falls out of memory is written down once more; the store knows that it was."""
FINEST_TIME = timedelta(seconds=1)
"""File systems take a file to be older than it is, by less than that."""


@dataclass(frozen=True)
class World(Installation):
    """One server's parts: the installation, and what only a server needs."""

    facts: Facts
    models: Models
    journal: Journal
    objects: Objects
    last_uses: Cache = field(default_factory=partial(Cache, REMEMBERED_USES))
    """What was used when, by this process: access keys and roles by their ids."""

    def reset(self) -> None:
        """Empties an ephemeral server, whole or not at all; account and root key stay."""
        if self.settings.ephemeral is None:
            raise RuntimeError("only an ephemeral server forgets")
        now = self.clock.wall()
        self.database.reset(now, partial(bootstrap, self))
        self.clock.ahead = timedelta()
        self.last_uses.apply((EVERYTHING,))
        self.objects.reset(now - FINEST_TIME)

    def close(self) -> None:
        """Closes files and connections."""
        self.facts.close()
        super().close()
        self.journal.close()
