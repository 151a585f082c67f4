"""Events that wait for a function: accepted, not yet done, kept until they are.

An event is taken by one process at a time, by a lease. What its holder writes counts only while it holds it.
`begun` counts how often a process began with it since one last said what came of it.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime

from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    func,
    select,
)

from watchword.store.leases import Lease, Leases
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

EVENTS = Table(
    "function_events",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("function_id", CodepointText, ForeignKey("functions.id"), nullable=False, index=True),
    Column("account", CodepointText, nullable=False),
    Column("qualifier", CodepointText, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("accepted", Timestamp, nullable=False),
    Column("due", Timestamp, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("throttled", Integer, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("lease_owner", CodepointText),
    Column("lease_until", Timestamp),
    Index("ix_function_events_due", "due"),
    Index("ix_function_events_lease_owner", "lease_owner"),
    Index("ix_function_events_account", "account", "size"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `id` is the id of the request that brought it."""

    id: str
    function_id: str
    account: str
    """Of the function."""
    qualifier: str
    payload: bytes = field(repr=False)
    accepted: datetime
    due: datetime
    attempts: int = 0
    """How often the function has failed with it."""
    throttled: int = 0
    """How often in a row it couldn't be run."""
    begun: int = 0


class Due(Struct, frozen=True):
    """What there is to know of an event to choose it."""

    id: str
    account: str


class Queued(Struct, frozen=True):
    """What an account has in the queue: how many events, of how many bytes."""

    count: int
    size: int


LEASES = Leases(EVENTS, Event)
claim, renew, next_due = LEASES.claim, LEASES.renew, LEASES.next_due

_DUE = select(*columns(EVENTS, Due)).where(*LEASES.due).order_by(EVENTS.c.due)
_QUEUED = select(func.count(), func.coalesce(func.sum(EVENTS.c.size), 0)).where(
    EVENTS.c.account == bindparam("account")
)


def insert(tx: Transaction, event: Event) -> None:
    """Adds an event."""
    tx.run(EVENTS.insert(), {**asdict(event), "size": len(event.payload)})


def queued(tx: Transaction, account: str) -> Queued:
    """What the functions of an account have before them."""
    return tx.one(Queued, _QUEUED, account=account) or Queued(0, 0)


def claimable(tx: Transaction, lease: Lease, now: datetime, *, but: Collection[str], limit: int) -> list[Due]:
    """Events that are due and that nobody holds, but those of these accounts; the longest due first."""
    statement = _DUE.where(EVENTS.c.account.not_in(sorted(but))) if but else _DUE
    return tx.page(Due, statement, limit, now=now, real=lease.now)[0]


def begin(tx: Transaction, ids: list[str]) -> None:
    """Counts that a process begins with these events."""
    tx.run(EVENTS.update().where(EVENTS.c.id.in_(ids)).values(begun=EVENTS.c.begun + 1))


def release(tx: Transaction, owner: str) -> None:
    """Leaves what a process holds to the others, as if it hadn't begun with it."""
    values = {"lease_owner": None, "lease_until": None}
    mine = EVENTS.c.lease_owner == owner
    tx.run(EVENTS.update().where(mine).values(**values, begun=EVENTS.c.begun - 1))


def put_off(tx: Transaction, event: Event, owner: str) -> bool:
    """Lets it wait until it is `due` again. False, and nothing, if `owner` doesn't hold it any more."""
    values = {"due": event.due, "attempts": event.attempts, "throttled": event.throttled, "begun": 0}
    free = {"lease_owner": None, "lease_until": None}
    return bool(tx.run(EVENTS.update().where(*_mine(event, owner)).values(**values, **free)))


def remove(tx: Transaction, event: Event, owner: str) -> bool:
    """Removes it, which is done. False, and nothing, if `owner` doesn't hold it any more."""
    return bool(tx.run(EVENTS.delete().where(*_mine(event, owner))))


def remove_all(tx: Transaction, function_id: str) -> None:
    """Removes all events of a function that is being removed."""
    tx.run(EVENTS.delete().where(EVENTS.c.function_id == function_id))


def _mine(event: Event, owner: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return EVENTS.c.id == event.id, EVENTS.c.lease_owner == owner
