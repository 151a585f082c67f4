"""Server certificates of an account. What is long, or secret, has a table of its own: lists don't read it.

Private keys are sealed before they are stored. No operation shows them.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text, bindparam, select

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

SERVER_CERTIFICATES = entity_table("server_certificates", Column("expires", Timestamp, nullable=False))

MATERIAL = Table(
    "server_certificate_material",
    METADATA,
    Column("certificate_id", CodepointText, ForeignKey("server_certificates.id"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("chain", Text),
    Column("private_key", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
)


class ServerCertificate(Struct, frozen=True):
    """A server certificate without what it is made of; `id` is ASCA..., `created` when it was uploaded."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    expires: datetime
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.SERVER_CERTIFICATE, self.path, self.name))


class Material(Struct, frozen=True):
    """What a certificate is made of, in PEM; the private key is sealed by `sealing_key`."""

    certificate_id: str
    body: str
    chain: str | None
    private_key: bytes
    sealing_key: str

    def __repr__(self) -> str:
        """Without the key, though it is sealed."""
        return f"Material({self.certificate_id})"


_entities = Entities(nouns.SERVER_CERTIFICATE, SERVER_CERTIFICATES, ServerCertificate)
named = _entities.named
page = _entities.page
count = _entities.count
rename = _entities.rename

_ALL = select(*columns(MATERIAL, Material)).order_by(MATERIAL.c.certificate_id)
_OF = _ALL.where(MATERIAL.c.certificate_id == bindparam("certificate_id"))
_TO_RESEAL = _ALL.where(MATERIAL.c.sealing_key != bindparam("sealing_key"))


def insert(tx: Transaction, certificate: ServerCertificate, material: Material) -> None:
    """Raises Conflict when the account has a certificate of that name, whatever the case."""
    _entities.insert(tx, certificate)
    tx.run(MATERIAL.insert(), structs.asdict(material))


def material_of(tx: Transaction, certificate: ServerCertificate) -> Material:
    """What the certificate is made of."""
    found = tx.one(Material, _OF, certificate_id=certificate.id)
    assert found is not None
    return found


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[Material], bool]:
    """What another key than `sealing_key` has sealed; and whether there is more."""
    return tx.page(Material, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, material: Material, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed private key by the same one, sealed by another key."""
    again = {"private_key": sealed, "sealing_key": sealing_key}
    tx.run(MATERIAL.update().where(MATERIAL.c.certificate_id == material.certificate_id), again)
    tx.changed(nouns.SERVER_CERTIFICATE, material.certificate_id)


def remove(tx: Transaction, certificate: ServerCertificate) -> None:
    """Removes the certificate and its private key."""
    tx.run(MATERIAL.delete().where(MATERIAL.c.certificate_id == certificate.id))
    _entities.remove(tx, certificate)
