"""Everything the server is made of, in one frozen value that `app` puts together.

Nothing else is global: no other source of time or randomness, no setting read where it is used. So every
rule above can be tried as value in, value out, by giving it another world.

A part that remembers something has `reset`, and a part that has files or connections has `close`. The world
finds both among its fields, so there is no list in which one could be missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

from watchword.expressions.process import Expressions
from watchword.facts import Facts
from watchword.functions.platform import Platform
from watchword.identity.failed_sign_ins import FailedSignIns
from watchword.installation.bootstrap import bootstrap
from watchword.installation.gate import Gate
from watchword.installation.installation import Installation
from watchword.issuer_keys import IssuerKeys
from watchword.objects import Objects
from watchword.policy import Decision
from watchword.store import Cache
from watchword.store.access_lines import AccessLines
from watchword.store.audit_files import Journal
from watchword.store.refusal_counts import RefusalCounts
from watchword.wire import Models

HASHING = partial(Gate, "hashing passwords", 1, 3)
"""One thread hashes a password (64 MiB), three wait to. Half of the server's threads do neither."""
REMEMBERED_USES = 20_000
"""Some 12 MB. A use that is evicted from memory is written once more; the store knows that it was."""
READING = partial(Gate, "reading packages", 1, 3)
SIMULATIONS = 2
"""Policy simulations that run at once. Each takes seconds at worst, and the other threads stay free."""
SIMULATING = partial(Gate, "policy simulations", SIMULATIONS, 0)
LOOKING = partial(Gate, "searches of the audit log", 2, 1)
WAITING = partial(Gate, "synchronous executions", 3, 0)
"""Each waits for up to five minutes. The other threads stay free."""


@runtime_checkable
class Resets(Protocol):
    """A part that remembers something of what was."""

    def reset(self, now: datetime, /) -> None:
        """Forgets what was before that moment."""


def _not_from_inside(*_: object, **__: object) -> Mapping[str, object]:
    raise RuntimeError("this world has no gateway")


def _no_what_if(*_: object) -> Decision:
    raise RuntimeError("this world has no services")


def _no_tasks(*_: object) -> str:
    raise RuntimeError("this world has no gateway")


@dataclass(frozen=True)
class World(Installation):
    """One server's parts: the installation, and what only a server needs."""

    facts: Facts
    models: Models
    journal: Journal
    objects: Objects
    packages: Objects
    """Deployment packages of functions."""
    refusals: RefusalCounts
    issuer_keys: IssuerKeys = field(default_factory=IssuerKeys)
    """The public keys of token issuers."""
    access_lines: AccessLines = field(default_factory=AccessLines)
    """Lines of access logs that wait to be delivered."""
    last_uses: Cache = field(default_factory=partial(Cache, REMEMBERED_USES))
    """What was used when, by this process: keys and roles by their ids, and operations by who calls them."""
    hashing: Gate = field(default_factory=HASHING)
    """Where passwords are hashed."""
    failed_sign_ins: FailedSignIns = field(default_factory=FailedSignIns)
    """The wrong ones of this minute."""
    simulating: Gate = field(default_factory=SIMULATING)
    """Where policies are simulated."""
    looking: Gate = field(default_factory=LOOKING)
    """Where the audit log is searched for callers: some tens of milliseconds for a page."""
    waiting: Gate = field(default_factory=WAITING)
    """Where callers wait for the end of what they began."""

    expressions: Expressions = field(default_factory=Expressions)
    """Where expressions of state machines are read and evaluated for callers; the runner has its own."""
    reading_packages: Gate = field(default_factory=READING)
    """Where packages are read, of up to 50 MB each."""
    functions: Platform | None = None
    """Where functions run; None where they don't."""
    inside: Callable[..., Mapping[str, object]] = _not_from_inside
    """Calls an operation from inside: `gateway.dispatch`, which is above this floor and put in by `app`."""
    perform: Callable[..., str] = _no_tasks
    """Performs a task of a state that is tried alone: `gateway.runner.tasks`, put in likewise."""

    simulate: Callable[..., Decision] = _no_what_if
    """Decides a request that nobody sent: `services.what_if`, put in likewise."""

    seed: "Callable[[World], None] | None" = None
    """Makes what an ephemeral server begins with; None for nothing."""

    def reset(self) -> None:
        """Empties an ephemeral server, whole or not at all; accounts and root keys stay, and the seed."""
        if self.settings.ephemeral is None:
            raise RuntimeError("only an ephemeral server forgets")
        now = self.clock.wall()
        self.database.empty(now, partial(bootstrap, self))
        for part in vars(self).values():
            if isinstance(part, Resets):
                part.reset(now)
        if self.seed:
            self.seed(self)
