"""SAML providers of an account. A metadata document can be long, so it has a table of its own."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, ForeignKey, Table, Text, bindparam, select

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.tables import METADATA, CodepointText, Timestamp
from watchword.store.transaction import Transaction

SAML_PROVIDERS = entity_table(
    "saml_providers",
    Column("valid_until", Timestamp, nullable=False),
    Column("encryption_mode", CodepointText),
)

SAML_METADATA = Table(
    "saml_metadata",
    METADATA,
    Column("provider_id", CodepointText, ForeignKey("saml_providers.id"), primary_key=True),
    Column("document", Text, nullable=False),
)


class SamlProvider(Struct, frozen=True):
    """A provider; `id` is what AWS calls its UUID, `encryption_mode` None while it isn't set."""

    id: str
    account: str
    name: str
    created: datetime
    valid_until: datetime
    encryption_mode: str | None = None
    partition: str = "aws"
    path: str = "/"

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.SAML_PROVIDER, self.path, self.name))


_entities = Entities(nouns.SAML_PROVIDER, SAML_PROVIDERS, SamlProvider)
named = _entities.named
count = _entities.count

_OF_ACCOUNT = _entities.rows.where(SAML_PROVIDERS.c.account == bindparam("account")).order_by(
    SAML_PROVIDERS.c.folded
)
_DOCUMENT = select(SAML_METADATA.c.document).where(SAML_METADATA.c.provider_id == bindparam("provider_id"))


def insert(tx: Transaction, provider: SamlProvider, document: str) -> None:
    """Raises Conflict when the account has a provider of that name, whatever the case."""
    _entities.insert(tx, provider)
    tx.run(SAML_METADATA.insert(), {"provider_id": provider.id, "document": document})


def of_account(tx: Transaction, account: str) -> list[SamlProvider]:
    """All providers of the account, sorted by name. A quota keeps them few."""
    return tx.all(SamlProvider, _OF_ACCOUNT, account=account)


def document_of(tx: Transaction, provider: SamlProvider) -> str:
    """The provider's metadata document."""
    found: str | None = tx.one(str, _DOCUMENT, provider_id=provider.id)
    assert found is not None
    return found


def set_document(tx: Transaction, provider: SamlProvider, document: str, valid_until: datetime) -> None:
    """Replaces the metadata document."""
    tx.run(SAML_METADATA.update().where(SAML_METADATA.c.provider_id == provider.id), {"document": document})
    _entities.update(tx, provider, valid_until=valid_until)


def set_encryption_mode(tx: Transaction, provider: SamlProvider, mode: str) -> None:
    """Sets whether assertions must be encrypted."""
    _entities.update(tx, provider, encryption_mode=mode)


def remove(tx: Transaction, provider: SamlProvider) -> None:
    """Removes the provider and its document. Raises StillReferenced while it has private keys."""
    tx.run(SAML_METADATA.delete().where(SAML_METADATA.c.provider_id == provider.id))
    _entities.remove(tx, provider)
