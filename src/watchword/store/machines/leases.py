"""Which process carries an execution on, by a lease (`store.leases`), and what it commits.

What the holder commits is for the version that it has read. If somebody else went on meanwhile, its commit
changes nothing (`commit` says so): no transition happens twice.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, select

from watchword.store.leases import Leases
from watchword.store.machines.executions import (
    EXECUTIONS,
    RUNNING,
    SIGNALS,
    Event,
    Execution,
    Signal,
    add_tokens,
    append,
    take_signals,
)
from watchword.store.tables import columns
from watchword.store.transaction import Transaction

MOST_CLAIMED = 64
"""At once."""
_TABLE = EXECUTIONS.c


class Progress(Struct, frozen=True):
    """What an execution has become, of which version, and whether its holder keeps it."""

    execution_id: str
    version: int
    checkpoint: str
    status: str
    due: datetime | None
    keeps: bool
    events: list[Event]
    tokens: list[str]
    followed: list[int]
    """Ids of the signals that it has followed."""
    stopped: datetime | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None


_LEASES = Leases(EXECUTIONS, Execution, EXECUTIONS.c.status == RUNNING)
claimable, claim, renew = _LEASES.claimable, _LEASES.claim, _LEASES.renew
release, next_due = _LEASES.release, _LEASES.next_due

_MINE = _TABLE.lease_owner == bindparam("owner")
_THEIR_SIGNALS = select(*columns(SIGNALS, Signal)).join(EXECUTIONS, _TABLE.id == SIGNALS.c.execution_id)
_LEFT = select(SIGNALS.c.id).where(SIGNALS.c.execution_id == bindparam("execution_id")).limit(1)


def signals(tx: Transaction, owner: str) -> list[Signal]:
    """What was left for the executions that a process holds, oldest first."""
    return tx.all(Signal, _THEIR_SIGNALS.where(_MINE).order_by(SIGNALS.c.id), owner=owner)


def commit(tx: Transaction, progress: Progress) -> bool:
    """Writes what an execution has become. False, and nothing, when somebody else has changed it."""
    this = (_TABLE.id == progress.execution_id, _TABLE.version == progress.version)
    names = ("checkpoint", "status", "due", "stopped", "output", "error", "cause")
    values: dict[str, object] = {name: getattr(progress, name) for name in names}
    if not progress.keeps:
        values |= {"lease_owner": None, "lease_until": None}
    if not tx.run(EXECUTIONS.update().where(*this).values(**values, version=progress.version + 1)):
        return False
    append(tx, progress.events)
    add_tokens(tx, progress.execution_id, progress.tokens)
    take_signals(tx, progress.followed)
    if progress.status == RUNNING and tx.all(str, _LEFT, execution_id=progress.execution_id):
        tx.run(EXECUTIONS.update().where(_TABLE.id == progress.execution_id).values(due=tx.at))
    return True
