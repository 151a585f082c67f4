"""Profiles of Roles Anywhere: which roles holders of certificates may ask for, and within which limits."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Boolean, Column, Integer, Text

from watchword.names import nouns
from watchword.store.regional import Regional, regional_table
from watchword.store.tables import CodepointText, Strings, Timestamp

KIND = nouns.PROFILE

PROFILES = regional_table(
    "rolesanywhere_profiles",
    Column("alias", CodepointText),
    Column("role_arns", Strings, nullable=False),
    Column("policy_arns", Strings, nullable=False),
    Column("policy", Text, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("takes_session_names", Boolean, nullable=False),
    Column("needs_properties", Boolean, nullable=False),
    Column("mappings", Strings, nullable=False),
    Column("updated", Timestamp, nullable=False),
    own_name="alias",
)


class Profile(Struct, frozen=True):
    """A profile; `duration` is in seconds, `mappings` are rules of `identity.certificate_attributes`."""

    id: str
    account: str
    region: str
    name: str
    role_arns: tuple[str, ...]
    mappings: tuple[str, ...]
    created: datetime
    updated: datetime
    duration: int = 3600
    enabled: bool = False
    alias: str | None = None
    policy_arns: tuple[str, ...] = ()
    policy: str = ""
    """A session policy; empty for none."""
    takes_session_names: bool = False
    needs_properties: bool = False
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:rolesanywhere:{self.region}:{self.account}:{KIND}/{self.id}"


_regional = Regional(KIND, PROFILES, Profile, own_name="alias")

insert = _regional.insert
by_id = _regional.by_id
named = _regional.named
page = _regional.page
update = _regional.update
remove = _regional.remove
