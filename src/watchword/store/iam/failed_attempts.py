"""Wrong passwords and wrong codes in a row, of each user or device.

`identity.attempts` has the rules. No decision depends on a count.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, Integer, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

FAILED_ATTEMPTS = Table(
    "failed_attempts",
    METADATA,
    Column("kind", CodepointText, primary_key=True),
    Column("subject", CodepointText, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("blocked_until", Timestamp, nullable=False),
)


class FailedAttempts(Struct, frozen=True):
    """How many since the last right one; `subject` is a user's id, or an account's for its root user."""

    kind: str
    subject: str
    count: int
    blocked_until: datetime


_OF = select(*columns(FAILED_ATTEMPTS, FailedAttempts)).where(
    FAILED_ATTEMPTS.c.kind == bindparam("kind"), FAILED_ATTEMPTS.c.subject == bindparam("subject")
)


def of(tx: Transaction, kind: str, subject: str) -> FailedAttempts | None:
    """None when there was none since the last right one."""
    return tx.one(FailedAttempts, _OF, kind=kind, subject=subject)


def put(tx: Transaction, attempts: FailedAttempts) -> None:
    """Replaces what was counted before."""
    remove(tx, attempts.kind, attempts.subject)
    tx.run(FAILED_ATTEMPTS.insert(), structs.asdict(attempts))


def remove(tx: Transaction, kind: str, subject: str) -> None:
    """Forgets them."""
    tx.run(
        FAILED_ATTEMPTS.delete().where(FAILED_ATTEMPTS.c.kind == kind, FAILED_ATTEMPTS.c.subject == subject)
    )
