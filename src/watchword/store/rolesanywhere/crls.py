"""Certificate revocation lists (CRLs) of trust anchors. A change of one is a change of its trust anchor."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)

from watchword.names import nouns
from watchword.store.rolesanywhere import trust_anchors
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.CRL

CRLS = Table(
    "crls",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("alias", CodepointText),
    Column("anchor_id", CodepointText, ForeignKey("trust_anchors.id"), nullable=False, index=True),
    Column("given", LargeBinary, nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("updated", Timestamp, nullable=False),
    UniqueConstraint("account", "region", "alias"),
)


@dataclass(frozen=True, slots=True)
class Crl:
    """A list: as it was given, in PEM, and as it is read, in DER."""

    id: str
    account: str
    region: str
    name: str
    anchor_id: str
    given: bytes
    der: bytes
    created: datetime
    updated: datetime
    enabled: bool = True
    alias: str | None = None
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:rolesanywhere:{self.region}:{self.account}:{KIND}/{self.id}"


_ALL = select(*columns(CRLS, Crl))
_HERE = (CRLS.c.account == bindparam("account"), CRLS.c.region == bindparam("region"))
_BY_ID = _ALL.where(CRLS.c.id == bindparam("id"))
_CALLED = _ALL.where(*_HERE, CRLS.c.alias == bindparam("alias"))
_OF = _ALL.where(CRLS.c.anchor_id == bindparam("anchor_id")).order_by(CRLS.c.id)
_PAGE = _ALL.where(*_HERE, CRLS.c.id > bindparam("after")).order_by(CRLS.c.id)


def insert(tx: Transaction, crl: Crl) -> None:
    """Raises Conflict when the alias is taken, Missing when there is no such trust anchor."""
    tx.run(CRLS.insert(), asdict(crl))
    _changed(tx, crl)


def by_id(tx: Transaction, crl_id: str) -> Crl | None:
    return tx.one(Crl, _BY_ID, id=crl_id)


def called(tx: Transaction, account: str, region: str, alias: str) -> Crl | None:
    """The one with that alias."""
    return tx.one(Crl, _CALLED, account=account, region=region, alias=alias)


def of(tx: Transaction, anchor_id: str) -> list[Crl]:
    """All lists of a trust anchor; a quota keeps them few."""
    return tx.all(Crl, _OF, anchor_id=anchor_id)


def page(tx: Transaction, account: str, region: str, *, after: str, limit: int) -> tuple[list[Crl], bool]:
    """Lists sorted by id, after that id; and whether there are more."""
    return tx.page(Crl, _PAGE, limit, account=account, region=region, after=after)


def update(tx: Transaction, crl: Crl) -> None:
    """Replaces the one with that id. Raises Conflict when the alias is taken."""
    tx.run(CRLS.update().where(CRLS.c.id == crl.id), asdict(crl))
    _changed(tx, crl)


def remove(tx: Transaction, crl: Crl) -> None:
    """Removes it, but not its tags."""
    tx.run(CRLS.delete().where(CRLS.c.id == crl.id))
    _changed(tx, crl)


def _changed(tx: Transaction, crl: Crl) -> None:
    tx.changed(trust_anchors.KIND, crl.anchor_id, crl.account)
