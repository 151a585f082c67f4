"""Trust anchors: the certificate authorities (CAs) whose certificates an account takes as proofs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Boolean, Column, Table, Text, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, JsonStrings, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.TRUST_ANCHOR

TRUST_ANCHORS = Table(
    "trust_anchors",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("alias", CodepointText),
    Column("certificates", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("notifications", JsonStrings, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("updated", Timestamp, nullable=False),
    UniqueConstraint("account", "region", "alias"),
)


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A trust anchor; `certificates` is PEM, `alias` None for none."""

    id: str
    account: str
    region: str
    name: str
    certificates: str
    created: datetime
    updated: datetime
    enabled: bool = False
    alias: str | None = None
    notifications: Mapping[str, str] = field(default_factory=dict)
    """What was set for an event, by its name: `true` or `false`, a space, and how many days before it."""
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:rolesanywhere:{self.region}:{self.account}:{KIND}/{self.id}"


_ALL = select(*columns(TRUST_ANCHORS, TrustAnchor))
_HERE = (TRUST_ANCHORS.c.account == bindparam("account"), TRUST_ANCHORS.c.region == bindparam("region"))
_BY_ID = _ALL.where(TRUST_ANCHORS.c.id == bindparam("id"))
_CALLED = _ALL.where(*_HERE, TRUST_ANCHORS.c.alias == bindparam("alias"))
_PAGE = _ALL.where(*_HERE, TRUST_ANCHORS.c.id > bindparam("after")).order_by(TRUST_ANCHORS.c.id)


def insert(tx: Transaction, anchor: TrustAnchor) -> None:
    """Raises Conflict when the alias is taken."""
    tx.run(TRUST_ANCHORS.insert(), asdict(anchor))
    tx.changed(KIND, anchor.id, anchor.account)


def by_id(tx: Transaction, anchor_id: str) -> TrustAnchor | None:
    return tx.one(TrustAnchor, _BY_ID, id=anchor_id)


def called(tx: Transaction, account: str, region: str, alias: str) -> TrustAnchor | None:
    """The one with that alias."""
    return tx.one(TrustAnchor, _CALLED, account=account, region=region, alias=alias)


def page(
    tx: Transaction, account: str, region: str, *, after: str, limit: int
) -> tuple[list[TrustAnchor], bool]:
    """Trust anchors sorted by id, after that id; and whether there are more."""
    return tx.page(TrustAnchor, _PAGE, limit, account=account, region=region, after=after)


def update(tx: Transaction, anchor: TrustAnchor) -> None:
    """Replaces the one with that id. Raises Conflict when the alias is taken."""
    tx.run(TRUST_ANCHORS.update().where(TRUST_ANCHORS.c.id == anchor.id), asdict(anchor))
    tx.changed(KIND, anchor.id, anchor.account)


def remove(tx: Transaction, anchor: TrustAnchor) -> None:
    """Removes it and its tags. Raises StillReferenced while it has revocation lists."""
    tx.run(TRUST_ANCHORS.delete().where(TRUST_ANCHORS.c.id == anchor.id))
    tags.remove_all(tx, KIND, anchor.id)
    tx.changed(KIND, anchor.id, anchor.account)
