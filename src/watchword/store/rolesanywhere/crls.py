"""Certificate revocation lists (CRLs) of trust anchors. A change of one is a change of its trust anchor."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    bindparam,
)

from watchword.names import nouns
from watchword.store.regional import Regional, regional_table
from watchword.store.rolesanywhere import trust_anchors
from watchword.store.tables import CodepointText, Timestamp
from watchword.store.transaction import Transaction

KIND = nouns.CRL

CRLS = regional_table(
    "crls",
    Column("alias", CodepointText),
    Column("anchor_id", CodepointText, ForeignKey("trust_anchors.id"), nullable=False, index=True),
    Column("given", LargeBinary, nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("updated", Timestamp, nullable=False),
    own_name="alias",
)


class Crl(Struct, frozen=True):
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


_regional = Regional(KIND, CRLS, Crl, own_name="alias", topic=(trust_anchors.KIND, "anchor_id"))
_OF = _regional.rows.where(CRLS.c.anchor_id == bindparam("anchor_id")).order_by(CRLS.c.id)

insert = _regional.insert
by_id = _regional.by_id
named = _regional.named
page = _regional.page
update = _regional.update
remove = _regional.remove


def of(tx: Transaction, anchor_id: str) -> list[Crl]:
    """All lists of a trust anchor; a quota keeps them few."""
    return tx.all(Crl, _OF, anchor_id=anchor_id)
