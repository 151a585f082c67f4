"""The public access block of an account, which holds for all its buckets beside their own."""

from sqlalchemy import Column, ForeignKey, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Strings
from watchword.store.transaction import Transaction

ACCOUNT_BLOCKS = Table(
    "account_public_access_blocks",
    METADATA,
    Column("account", CodepointText, ForeignKey("accounts.id"), primary_key=True),
    Column("settings", Strings, nullable=False),
)
_OF = select(ACCOUNT_BLOCKS.c.settings).where(ACCOUNT_BLOCKS.c.account == bindparam("account"))


def of(tx: Transaction, account: str) -> tuple[str, ...] | None:
    """The settings that are on; None where there is no configuration."""
    return tx.one(tuple, _OF, account=account)


def put(tx: Transaction, account: str, on: tuple[str, ...]) -> None:
    """Sets which settings are on."""
    _clear(tx, account)
    tx.run(ACCOUNT_BLOCKS.insert(), {"account": account, "settings": on})
    tx.changed("account", account, account)


def remove(tx: Transaction, account: str) -> None:
    """Removes the configuration, if there is one."""
    _clear(tx, account)
    tx.changed("account", account, account)


def _clear(tx: Transaction, account: str) -> None:
    tx.run(ACCOUNT_BLOCKS.delete().where(ACCOUNT_BLOCKS.c.account == account))
