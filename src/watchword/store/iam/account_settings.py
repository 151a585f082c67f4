"""What an account has set: its properties, the version of session tokens, outbound federation.

An account that has set nothing has no row.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import Boolean, Column, Integer, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, JsonStrings, columns
from watchword.store.transaction import Transaction

ACCOUNT_SETTINGS = Table(
    "account_settings",
    METADATA,
    Column("account", CodepointText, primary_key=True),
    Column("token_version", Integer),
    Column("properties", JsonStrings, nullable=False),
    Column("issuer_id", CodepointText, unique=True),
    Column("issues_tokens", Boolean, nullable=False),
    Column("issuer_url", CodepointText),
)


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The settings of an account; None for what was never set.

    issuer_id: what the account's issuer of tokens is called, once it was given a name. issuer_url: where it
    is, as its tokens say. issues_tokens: whether outbound federation is enabled.
    """

    account: str
    token_version: int | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    issuer_id: str | None = None
    issues_tokens: bool = False
    issuer_url: str | None = None


_OF = select(*columns(ACCOUNT_SETTINGS, AccountSettings)).where(
    ACCOUNT_SETTINGS.c.account == bindparam("account")
)

_OF_ISSUER = select(*columns(ACCOUNT_SETTINGS, AccountSettings)).where(
    ACCOUNT_SETTINGS.c.issuer_id == bindparam("issuer_id")
)
_ISSUING = select(*columns(ACCOUNT_SETTINGS, AccountSettings)).where(ACCOUNT_SETTINGS.c.issues_tokens)


def of(tx: Transaction, account: str) -> AccountSettings:
    """The account's settings."""
    return tx.one(AccountSettings, _OF, account=account) or AccountSettings(account)


def of_issuer(tx: Transaction, issuer_id: str) -> AccountSettings | None:
    """The settings of the account whose issuer has that id."""
    return tx.one(AccountSettings, _OF_ISSUER, issuer_id=issuer_id)


def issuing(tx: Transaction) -> list[AccountSettings]:
    """The settings of all accounts that issue tokens."""
    return tx.all(AccountSettings, _ISSUING)


def put(tx: Transaction, settings: AccountSettings) -> None:
    """Replaces the account's settings."""
    tx.run(ACCOUNT_SETTINGS.delete().where(ACCOUNT_SETTINGS.c.account == settings.account))
    tx.run(ACCOUNT_SETTINGS.insert(), asdict(settings))
    tx.changed("account", settings.account, settings.account)
