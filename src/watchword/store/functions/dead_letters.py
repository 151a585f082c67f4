"""Dead letters: what was to go to a destination, and couldn't. Kept for the operator, each account's newest.

No row refers to a function: a letter stays when its function is gone.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Table, Text, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Serial, Timestamp, columns
from watchword.store.transaction import Transaction

MOST_KEPT = 500
"""Of one account."""

LETTERS = Table(
    "function_dead_letters",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("account", CodepointText, nullable=False),
    Column("at", Timestamp, nullable=False, index=True),
    Column("function_arn", CodepointText, nullable=False),
    Column("request_id", CodepointText, nullable=False),
    Column("destination", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_function_dead_letters_account", "account", "id"),
)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter; `body` is JSON, and `reason` says why the destination didn't get it."""

    account: str
    at: datetime
    function_arn: str
    request_id: str
    """Of the event."""
    destination: str
    reason: str
    body: bytes = field(repr=False)


_ALL = select(*columns(LETTERS, DeadLetter)).order_by(LETTERS.c.id)
_OF = LETTERS.c.account == bindparam("account")


def insert(tx: Transaction, letter: DeadLetter) -> None:
    """Adds a letter. The account's oldest ones go when it has too many."""
    tx.run(LETTERS.insert(), asdict(letter))
    newest = select(LETTERS.c.id).where(LETTERS.c.account == letter.account).order_by(LETTERS.c.id.desc())
    surplus = newest.offset(MOST_KEPT).limit(1).scalar_subquery()
    tx.run(LETTERS.delete().where(LETTERS.c.account == letter.account, LETTERS.c.id <= surplus))


def listed(tx: Transaction, account: str = "") -> list[DeadLetter]:
    """All letters, or those of an account, the oldest first."""
    return tx.all(DeadLetter, _ALL.where(_OF), account=account) if account else tx.all(DeadLetter, _ALL)


def remove_older(tx: Transaction, moment: datetime) -> int:
    """Removes the letters from before that moment. Returns how many."""
    return tx.run(LETTERS.delete().where(LETTERS.c.at < moment))
