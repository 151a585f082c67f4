"""The log of changes: the topics that were changed, in the order of commits. Append-only.

A reader that asks for everything after the last number it has seen (`freshness`) misses nothing, because
write transactions are serial (see `database`). On PostgreSQL a commit also sends NOTIFY.
"""

from sqlalchemy import Column, Table, Text, func, select

from watchword.store.tables import METADATA, CodepointText, Serial, Timestamp
from watchword.store.transaction import Transaction

CHANNEL = "watchword_changes"

CHANGES = Table(
    "changes",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Timestamp, nullable=False),
    Column("account", CodepointText, nullable=False),
    Column("kind", CodepointText, nullable=False),
    Column("key", Text, nullable=False),
    sqlite_autoincrement=True,  # a number is never reused, not even after a reset
)


_NOTIFY = select(func.pg_notify(CHANNEL, ""))


def append(tx: Transaction) -> None:
    """Appends the topics of the transaction, as its last statement before the commit."""
    rows = [
        {"at": tx.at, "account": account, "kind": kind, "key": key}
        for (kind, key), account in tx.topics.items()
    ]
    tx.run_many(CHANGES.insert(), rows)
    if tx.connection.dialect.name == "postgresql":
        tx.one(str, _NOTIFY)
