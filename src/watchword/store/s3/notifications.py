"""Notifications of buckets that wait to be handed to a function: a transactional outbox.

A notification is put there by the change that it tells of, and leaves once the function has it. Its bucket
may be gone by then, so it says itself all that there is to know.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

NOTIFICATIONS = Table(
    "bucket_notifications",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("bucket", CodepointText, nullable=False),
    Column("function", CodepointText, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created", Timestamp, nullable=False),
    Index("ix_bucket_notifications_account", "account"),
    Index("ix_bucket_notifications_created", "created"),
)


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification; `account` is the bucket's, `bucket` and `function` are ARNs."""

    id: str
    account: str
    bucket: str
    function: str
    payload: bytes = field(repr=False)
    created: datetime


_ALL = select(*columns(NOTIFICATIONS, Notification))
_BEFORE = _ALL.where(NOTIFICATIONS.c.created < bindparam("before")).order_by(
    NOTIFICATIONS.c.created, NOTIFICATIONS.c.id
)
_NUMBERED = (
    select(NOTIFICATIONS.c.id)
    .where(NOTIFICATIONS.c.account == bindparam("account"))
    .limit(1)
    .offset(bindparam("number"))
)


def insert(tx: Transaction, new: Notification) -> None:
    """Adds a notification."""
    tx.run(NOTIFICATIONS.insert(), asdict(new))


def more_than(tx: Transaction, account: str, number: int) -> bool:
    """Whether more than so many notifications of an account's buckets wait."""
    return tx.one(str, _NUMBERED, account=account, number=number) is not None


def waiting(tx: Transaction, before: datetime, limit: int) -> list[Notification]:
    """The oldest notifications that were made before that moment."""
    return tx.page(Notification, _BEFORE, limit, before=before)[0]


def remove(tx: Transaction, notification_id: str) -> None:
    """Removes a notification that is done."""
    tx.run(NOTIFICATIONS.delete().where(NOTIFICATIONS.c.id == notification_id))
