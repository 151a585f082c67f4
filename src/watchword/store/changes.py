"""The log of changes: which topics were changed, in the order in which they were committed.

Append-only. A reader that asks for everything after the last number it has seen misses nothing, since
numbers are given while writers are serial (see `database`). On PostgreSQL a commit also notifies.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Table, Text, bindparam, func, select

from watchword.store.tables import METADATA, Moment, Serial, Word, columns
from watchword.store.transaction import Topic, Transaction

CHANNEL = "watchword_changes"

CHANGES = Table(
    "changes",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("account", Word, nullable=False),
    Column("kind", Word, nullable=False),
    Column("key", Text, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, not even after a reset
)


@dataclass(frozen=True, slots=True)
class Change:
    """One topic that a committed transaction changed."""

    seq: int
    at: datetime
    account: str
    kind: str
    key: str

    @property
    def topic(self) -> Topic:
        return Topic(self.kind, self.key)


_SINCE = select(*columns(CHANGES, Change)).where(CHANGES.c.seq > bindparam("seq")).order_by(CHANGES.c.seq)
_LATEST = select(func.max(CHANGES.c.seq))
_NOTIFY = select(func.pg_notify(CHANNEL, ""))


def append(tx: Transaction) -> None:
    """Writes the transaction's topics down; the last statement before its commit."""
    rows = [
        {"at": tx.at, "account": account, "kind": kind, "key": key}
        for (kind, key), account in tx.topics.items()
    ]
    tx.run_many(CHANGES.insert(), rows)
    if tx.connection.dialect.name == "postgresql":
        tx.one(str, _NOTIFY)


def since(tx: Transaction, seq: int) -> list[Change]:
    """Everything after the change of that number, oldest first."""
    return tx.all(Change, _SINCE, seq=seq)


def latest(tx: Transaction) -> int:
    """The number of the newest change, 0 when there is none."""
    return tx.number(_LATEST)
