"""Trust anchors: the certificate authorities (CAs) whose certificates an account takes as proofs."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field
from sqlalchemy import Boolean, Column, Text

from watchword.names import nouns
from watchword.store.regional import Regional, regional_table
from watchword.store.tables import CodepointText, JsonStrings, Timestamp

KIND = nouns.TRUST_ANCHOR

TRUST_ANCHORS = regional_table(
    "trust_anchors",
    Column("alias", CodepointText),
    Column("certificates", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("notifications", JsonStrings, nullable=False),
    Column("updated", Timestamp, nullable=False),
    own_name="alias",
)


class TrustAnchor(Struct, frozen=True):
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


_regional = Regional(KIND, TRUST_ANCHORS, TrustAnchor, own_name="alias")

insert = _regional.insert
by_id = _regional.by_id
named = _regional.named
page = _regional.page
update = _regional.update
remove = _regional.remove
