"""Revocations of sessions: each ends everything that was issued to a subject until a moment.

The topic of a revocation is its account, since a session is checked against all revocations of its account.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

EVERYTHING = "*"
"""The subject of a revocation that ends all sessions of its account."""
CHAIN = "chain:"
"""What the subject of one begins with that ends a chain of sessions."""
REVOCATIONS = Table(
    "revocations",
    METADATA,
    Column("account", CodepointText, primary_key=True),
    Column("kind", CodepointText, primary_key=True),
    Column("subject", CodepointText, primary_key=True),
    Column("issued_before", Timestamp, nullable=False),
    Column("made", Timestamp, nullable=False),
)


class Revocation(Struct, frozen=True):
    """`watchword.sessions.revocation` says what kinds and subjects there are."""

    account: str
    kind: str
    subject: str
    issued_before: datetime
    made: datetime


_OF_ACCOUNT = select(*columns(REVOCATIONS, Revocation)).where(REVOCATIONS.c.account == bindparam("account"))
_OF_SUBJECT = _OF_ACCOUNT.where(
    REVOCATIONS.c.kind == bindparam("kind"), REVOCATIONS.c.subject == bindparam("subject")
)


def put(tx: Transaction, revocation: Revocation) -> None:
    """Adds a revocation; of two for the same subject, the later moment counts."""
    key = {"account": revocation.account, "kind": revocation.kind, "subject": revocation.subject}
    found = tx.one(Revocation, _OF_SUBJECT, **key)
    if found is None:
        tx.run(REVOCATIONS.insert(), structs.asdict(revocation))
    elif found.issued_before < revocation.issued_before:
        tx.run(
            REVOCATIONS.update().where(*(REVOCATIONS.c[name] == value for name, value in key.items())),
            {"issued_before": revocation.issued_before, "made": revocation.made},
        )
    tx.changed("revocation", revocation.account, revocation.account)


def remove_older(tx: Transaction, before: datetime, *, kind: str = "") -> None:
    """Removes those that only end sessions issued before that moment. No decision may depend on them.

    kind: of that one alone; empty for all.
    """
    of_kind = (REVOCATIONS.c.kind == kind,) if kind else ()
    tx.run(REVOCATIONS.delete().where(REVOCATIONS.c.issued_before < before, *of_kind))


def of_account(tx: Transaction, account: str) -> list[Revocation]:
    """All revocations in the account."""
    return tx.all(Revocation, _OF_ACCOUNT, account=account)
