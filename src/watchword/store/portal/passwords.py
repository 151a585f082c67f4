"""Passwords of people of IAM Identity Center, hashed. Each goes with its person (the foreign key says so).

Another password ends their sessions of roles, so it is a change of the person.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Column, Table, bindparam, select

from watchword.names import nouns
from watchword.store.portal.sessions import of_person
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

PORTAL_PASSWORDS = Table(
    "portal_passwords",
    METADATA,
    of_person(primary_key=True),
    Column("hash", CodepointText, nullable=False),
    Column("changed", Timestamp, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Password:
    """A password; `changed` is when it was set."""

    user_id: str
    hash: str = field(repr=False)
    changed: datetime


_OF = select(*columns(PORTAL_PASSWORDS, Password)).where(PORTAL_PASSWORDS.c.user_id == bindparam("user_id"))


def of(tx: Transaction, user_id: str) -> Password | None:
    """A person's password, None when there is none."""
    return tx.one(Password, _OF, user_id=user_id)


def put(tx: Transaction, password: Password) -> None:
    """Sets it, in place of the one before."""
    tx.run(PORTAL_PASSWORDS.delete().where(PORTAL_PASSWORDS.c.user_id == password.user_id))
    tx.run(PORTAL_PASSWORDS.insert(), asdict(password))
    tx.changed(nouns.DIRECTORY_USER, password.user_id)
