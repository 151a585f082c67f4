"""Audit events of changes: an event commits together with the change that it records. Append-only.

Here an event is text; its content belongs to `watchword.access.record`.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Table, Text, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Serial, Timestamp, columns
from watchword.store.transaction import Transaction

BATCH = 200
MOST = 2**63 - 1
"""Above all numbers."""
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("event_id", CodepointText, nullable=False, unique=True),
    Column("at", Timestamp, nullable=False),
    Column("account", CodepointText, nullable=False),
    Column("request_id", CodepointText, nullable=False, index=True),
    Column("event", Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Event:
    """An event; `event` is its JSON text, the database assigns `number`."""

    event_id: str
    at: datetime
    account: str
    request_id: str
    event: str
    number: int = 0


_ALL = select(*columns(AUDIT, Event))
_CONTAINING = _ALL.where(AUDIT.c.event.contains(bindparam("text"))).order_by(AUDIT.c.number)
_SINCE = _CONTAINING.where(AUDIT.c.at >= bindparam("since"))
_NEWEST = _ALL.where(AUDIT.c.number < bindparam("below")).order_by(AUDIT.c.number.desc()).limit(BATCH)
_AFTER = _ALL.where(AUDIT.c.number > bindparam("number")).order_by(AUDIT.c.number).limit(BATCH)
_OF_ACCOUNT = (
    _ALL.where(AUDIT.c.number < bindparam("below"), AUDIT.c.number >= bindparam("low"))
    .where(AUDIT.c.account == bindparam("account"))
    .order_by(AUDIT.c.number.desc())
)
_OF_REQUEST = _ALL.where(AUDIT.c.request_id == bindparam("request_id")).order_by(AUDIT.c.number)


def insert(tx: Transaction, event: Event) -> None:
    """Appends an event. No decision depends on it."""
    values = asdict(event)
    del values["number"]
    tx.run(AUDIT.insert(), values)


def of_request(tx: Transaction, request_id: str) -> list[Event]:
    """The events of a request; usually one."""
    return tx.all(Event, _OF_REQUEST, request_id=request_id)


def newest(tx: Transaction, below: int | None) -> list[Event]:
    """At most BATCH events, newest first: the newest, or the next ones below a number."""
    return tx.all(Event, _NEWEST, below=MOST if below is None else below)


def of_account(tx: Transaction, account: str, below: int, low: int) -> list[Event]:
    """The events of an account with numbers from `low` on and below `below`, newest first."""
    return tx.all(Event, _OF_ACCOUNT, account=account, below=below, low=low)


def last_number(tx: Transaction) -> int:
    """The number of the newest event; 0 where there is none."""
    found = newest(tx, None)
    return found[0].number if found else 0


def after(tx: Transaction, number: int) -> list[Event]:
    """At most BATCH events, oldest first: those after a number."""
    return tx.all(Event, _AFTER, number=number)


def containing(tx: Transaction, text: str, since: datetime | None = None) -> list[Event]:
    """The events in whose JSON a text occurs, oldest first. Looks through all of them."""
    if since is None:
        return tx.all(Event, _CONTAINING, text=text)
    return tx.all(Event, _SINCE, text=text, since=since)
