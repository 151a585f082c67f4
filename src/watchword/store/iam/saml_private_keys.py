"""Private keys of SAML providers, which open encrypted assertions. They are sealed before they are stored."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, LargeBinary, Table, bindparam, select

from watchword.names import nouns
from watchword.store.iam.saml_providers import SamlProvider
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

SAML_PRIVATE_KEYS = Table(
    "saml_private_keys",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("provider_id", CodepointText, ForeignKey("saml_providers.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
    Column("created", Timestamp, nullable=False),
)


class SamlPrivateKey(Struct, frozen=True):
    """A private key in PEM, `sealed` by `sealing_key`."""

    id: str
    provider_id: str
    sealed: bytes
    sealing_key: str
    created: datetime

    def __repr__(self) -> str:
        """Without the key, though it is sealed."""
        return f"SamlPrivateKey({self.id})"


_ALL = select(*columns(SAML_PRIVATE_KEYS, SamlPrivateKey)).order_by(
    SAML_PRIVATE_KEYS.c.created, SAML_PRIVATE_KEYS.c.id
)
_OF = _ALL.where(SAML_PRIVATE_KEYS.c.provider_id == bindparam("provider_id"))
_TO_RESEAL = _ALL.where(SAML_PRIVATE_KEYS.c.sealing_key != bindparam("sealing_key"))


def insert(tx: Transaction, key: SamlPrivateKey) -> None:
    """Adds a key."""
    tx.run(SAML_PRIVATE_KEYS.insert(), structs.asdict(key))
    tx.changed(nouns.SAML_PROVIDER, key.provider_id)


def of(tx: Transaction, provider: SamlProvider) -> list[SamlPrivateKey]:
    """All keys of the provider, oldest first. A quota keeps them few."""
    return tx.all(SamlPrivateKey, _OF, provider_id=provider.id)


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[SamlPrivateKey], bool]:
    """Keys that another key than `sealing_key` has sealed; and whether there are more."""
    return tx.page(SamlPrivateKey, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, key: SamlPrivateKey, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed key by the same key, sealed by another."""
    again = {"sealed": sealed, "sealing_key": sealing_key}
    tx.run(SAML_PRIVATE_KEYS.update().where(SAML_PRIVATE_KEYS.c.id == key.id), again)
    tx.changed(nouns.SAML_PROVIDER, key.provider_id)


def remove(tx: Transaction, key: SamlPrivateKey) -> None:
    """Removes the key."""
    tx.run(SAML_PRIVATE_KEYS.delete().where(SAML_PRIVATE_KEYS.c.id == key.id))
    tx.changed(nouns.SAML_PROVIDER, key.provider_id)
