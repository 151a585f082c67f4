"""Accounts. An operator makes them, or the management account of an organization; they are never removed.

A closed account stays: nobody can call with its credentials any more, and its id is never used again.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, Index, Table, bindparam, func, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("partition", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("alias", CodepointText),
    Column("email", CodepointText),
    Column("closed", Timestamp),
    Index("ix_accounts_alias", "alias", unique=True),
)


class Account(Struct, frozen=True):
    """An account; `id` is its twelve digits, `closed` the moment when it was closed."""

    id: str
    name: str
    created: datetime
    partition: str = "aws"
    alias: str | None = None
    email: str | None = None
    closed: datetime | None = None


_ALL = select(*columns(ACCOUNTS, Account))
_BY_ID = _ALL.where(ACCOUNTS.c.id == bindparam("id"))
_OF_ALIAS = _ALL.where(ACCOUNTS.c.alias == bindparam("alias"))
_OF_EMAIL = _ALL.where(func.lower(ACCOUNTS.c.email) == func.lower(bindparam("email")))
_COUNT = select(func.count()).select_from(ACCOUNTS)


def insert(tx: Transaction, account: Account) -> None:
    """Raises Conflict when there is an account of that id."""
    tx.run(ACCOUNTS.insert(), structs.asdict(account))
    tx.changed("account", account.id, account.id)


def by_id(tx: Transaction, account_id: str) -> Account | None:
    """The account with that id of twelve digits, None when there is none."""
    return tx.one(Account, _BY_ID, id=account_id)


def of_alias(tx: Transaction, alias: str) -> Account | None:
    """The account of that alias, None when there is none."""
    return tx.one(Account, _OF_ALIAS, alias=alias)


def set_alias(tx: Transaction, account_id: str, alias: str | None) -> None:
    """Sets the alias, or removes it. Raises Conflict when another account has that alias."""
    tx.run(ACCOUNTS.update().where(ACCOUNTS.c.id == account_id), {"alias": alias})
    tx.changed("account", account_id, account_id)


def of_email(tx: Transaction, email: str) -> Account | None:
    """The account of that address, whatever its case; None when there is none."""
    return tx.one(Account, _OF_EMAIL, email=email)


def close(tx: Transaction, account_id: str) -> None:
    """Closes the account: from now on its credentials are refused."""
    tx.run(ACCOUNTS.update().where(ACCOUNTS.c.id == account_id), {"closed": tx.at})
    tx.changed("account", account_id, account_id)


def reopen(tx: Transaction, account_id: str) -> None:
    """Opens the account again: its credentials are as they were."""
    tx.run(ACCOUNTS.update().where(ACCOUNTS.c.id == account_id), {"closed": None})
    tx.changed("account", account_id, account_id)


def all_accounts(tx: Transaction) -> list[Account]:
    """All accounts, sorted by id."""
    return tx.all(Account, _ALL.order_by(ACCOUNTS.c.id))


def count(tx: Transaction) -> int:
    """How many accounts there are."""
    return tx.number(_COUNT)
