"""Leases: which process carries an execution on.

1. A process claims executions that are due and that nobody holds, and holds them until `lease_until`, which
   it renews. A lease that ran out, because its process was killed, is anybody's.
2. What the holder commits is for the version that it has read. If somebody else went on meanwhile, its
   commit changes nothing (`commit` says so): no transition happens twice.
3. Leases are compared with the real time, `due` with the server's, which tests can move ahead.

No decision depends on these rows, so they are written by shared transactions.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select

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
from watchword.store.tables import Timestamp, columns
from watchword.store.transaction import Transaction

MOST_CLAIMED = 64
"""At once."""
_TABLE = EXECUTIONS.c


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds it, until when; in real time."""

    owner: str
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Progress:
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


_FREE = or_(_TABLE.lease_until.is_(None), _TABLE.lease_until <= bindparam("real", type_=Timestamp))
_DUE = (_TABLE.due <= bindparam("now", type_=Timestamp), _TABLE.status == RUNNING, _FREE)
_CLAIMABLE = select(_TABLE.id).where(*_DUE).order_by(_TABLE.due)
_MINE = _TABLE.lease_owner == bindparam("owner")
_HELD = select(_TABLE.id).where(_MINE)
_NEXT = (
    select(_TABLE.due).where(_TABLE.due.is_not(None), _TABLE.status == RUNNING, _FREE).order_by(_TABLE.due)
)
_THEIR_SIGNALS = select(*columns(SIGNALS, Signal)).join(EXECUTIONS, _TABLE.id == SIGNALS.c.execution_id)
_LEFT = select(SIGNALS.c.id).where(SIGNALS.c.execution_id == bindparam("execution_id")).limit(1)


def claimable(tx: Transaction, lease: Lease, now: datetime, *, limit: int) -> list[str]:
    """Ids of executions that are due and that nobody holds; the longest due first."""
    return tx.page(str, _CLAIMABLE, limit, now=now, real=lease.now)[0]


def claim(tx: Transaction, lease: Lease, now: datetime, ids: list[str]) -> list[Execution]:
    """Those of the executions that are now held: somebody else may have been quicker."""
    free = or_(_TABLE.lease_until.is_(None), _TABLE.lease_until <= lease.now)
    wanted = (_TABLE.id.in_(ids), _TABLE.due <= now, _TABLE.status == RUNNING, free)
    values = {"lease_owner": lease.owner, "lease_until": lease.until}
    tx.run(EXECUTIONS.update().where(*wanted).values(**values))
    mine = (_TABLE.id.in_(ids), _TABLE.lease_owner == lease.owner)
    return tx.all(Execution, select(*columns(EXECUTIONS, Execution)).where(*mine))


def renew(tx: Transaction, lease: Lease) -> set[str]:
    """Holds on to what the process holds. Returns the ids."""
    tx.run(EXECUTIONS.update().where(_TABLE.lease_owner == lease.owner).values(lease_until=lease.until))
    return set(tx.all(str, _HELD, owner=lease.owner))


def release(tx: Transaction, owner: str) -> None:
    """Leaves all that a process holds to the others."""
    released = {"lease_owner": None, "lease_until": None}
    tx.run(EXECUTIONS.update().where(_TABLE.lease_owner == owner).values(**released))


def next_due(tx: Transaction, lease: Lease) -> datetime | None:
    """When the next execution is due that nobody holds."""
    return tx.one(_same, _NEXT.limit(1), real=lease.now)


def _same(moment: datetime) -> datetime:
    return moment


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
