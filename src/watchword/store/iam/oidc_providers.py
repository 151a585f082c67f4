"""OpenID Connect providers of an account: which issuers of tokens it trusts, and for which client ids.

A provider is identified by its URL, in which case counts.
Source: IAM API Reference, CreateOpenIDConnectProvider.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, Table, UniqueConstraint, bindparam, func, select

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.tables import METADATA, CodepointText, Strings, Timestamp, columns
from watchword.store.transaction import Transaction

OIDC_PROVIDERS = Table(
    "oidc_providers",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("url", CodepointText, nullable=False),
    Column("client_ids", Strings, nullable=False),
    Column("thumbprints", Strings, nullable=False),
    Column("created", Timestamp, nullable=False),
    UniqueConstraint("account", "url"),
)


class OidcProvider(Struct, frozen=True):
    """A provider; `id` isn't shown, `url` is without `https://`, thumbprints are SHA-1 in hexadecimal."""

    id: str
    account: str
    url: str
    created: datetime
    client_ids: tuple[str, ...] = ()
    thumbprints: tuple[str, ...] = ()
    partition: str = "aws"

    @property
    def name(self) -> str:
        return self.url

    @property
    def path(self) -> str:
        return "/"

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.OIDC_PROVIDER, "/", self.url))


_HERE = select(*columns(OIDC_PROVIDERS, OidcProvider)).where(OIDC_PROVIDERS.c.account == bindparam("account"))
_OF_URL = _HERE.where(OIDC_PROVIDERS.c.url == bindparam("url"))
_SORTED = _HERE.order_by(OIDC_PROVIDERS.c.url)
_COUNT = (
    select(func.count()).select_from(OIDC_PROVIDERS).where(OIDC_PROVIDERS.c.account == bindparam("account"))
)


def insert(tx: Transaction, provider: OidcProvider) -> None:
    """Raises Conflict when the account has a provider of that URL."""
    tx.run(OIDC_PROVIDERS.insert(), structs.asdict(provider))
    _changed(tx, provider)


def of_url(tx: Transaction, account: str, url: str) -> OidcProvider | None:
    """The provider of that URL, which is without `https://`; None when there is none."""
    return tx.one(OidcProvider, _OF_URL, account=account, url=url)


def of_account(tx: Transaction, account: str) -> list[OidcProvider]:
    """All providers of the account, sorted by URL. A quota keeps them few."""
    return tx.all(OidcProvider, _SORTED, account=account)


def count(tx: Transaction, account: str) -> int:
    """How many providers the account has."""
    return tx.number(_COUNT, account=account)


def set_client_ids(tx: Transaction, provider: OidcProvider, client_ids: tuple[str, ...]) -> None:
    """Replaces the client ids."""
    _update(tx, provider, client_ids=client_ids)


def set_thumbprints(tx: Transaction, provider: OidcProvider, thumbprints: tuple[str, ...]) -> None:
    """Replaces the thumbprints."""
    _update(tx, provider, thumbprints=thumbprints)


def remove(tx: Transaction, provider: OidcProvider) -> None:
    """Removes the provider."""
    tx.run(OIDC_PROVIDERS.delete().where(OIDC_PROVIDERS.c.id == provider.id))
    _changed(tx, provider)


def _update(tx: Transaction, provider: OidcProvider, **values: object) -> None:
    tx.run(OIDC_PROVIDERS.update().where(OIDC_PROVIDERS.c.id == provider.id), values)
    _changed(tx, provider)


def _changed(tx: Transaction, provider: OidcProvider) -> None:
    tx.changed(nouns.OIDC_PROVIDER, provider.id, provider.account)
