"""Profiles of Roles Anywhere: which roles holders of certificates may ask for, and within which limits."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, Integer, Table, Text, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, Strings, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.PROFILE

PROFILES = Table(
    "rolesanywhere_profiles",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("alias", CodepointText),
    Column("role_arns", Strings, nullable=False),
    Column("policy_arns", Strings, nullable=False),
    Column("policy", Text, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("takes_session_names", Boolean, nullable=False),
    Column("needs_properties", Boolean, nullable=False),
    Column("mappings", Strings, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("updated", Timestamp, nullable=False),
    UniqueConstraint("account", "region", "alias"),
)


@dataclass(frozen=True, slots=True)
class Profile:
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


_ALL = select(*columns(PROFILES, Profile))
_HERE = (PROFILES.c.account == bindparam("account"), PROFILES.c.region == bindparam("region"))
_BY_ID = _ALL.where(PROFILES.c.id == bindparam("id"))
_CALLED = _ALL.where(*_HERE, PROFILES.c.alias == bindparam("alias"))
_PAGE = _ALL.where(*_HERE, PROFILES.c.id > bindparam("after")).order_by(PROFILES.c.id)


def insert(tx: Transaction, profile: Profile) -> None:
    """Raises Conflict when the alias is taken."""
    tx.run(PROFILES.insert(), asdict(profile))
    tx.changed(KIND, profile.id, profile.account)


def by_id(tx: Transaction, profile_id: str) -> Profile | None:
    return tx.one(Profile, _BY_ID, id=profile_id)


def called(tx: Transaction, account: str, region: str, alias: str) -> Profile | None:
    """The one with that alias."""
    return tx.one(Profile, _CALLED, account=account, region=region, alias=alias)


def page(tx: Transaction, account: str, region: str, *, after: str, limit: int) -> tuple[list[Profile], bool]:
    """Profiles sorted by id, after that id; and whether there are more."""
    return tx.page(Profile, _PAGE, limit, account=account, region=region, after=after)


def update(tx: Transaction, profile: Profile) -> None:
    """Replaces the one with that id. Raises Conflict when the alias is taken."""
    tx.run(PROFILES.update().where(PROFILES.c.id == profile.id), asdict(profile))
    tx.changed(KIND, profile.id, profile.account)


def remove(tx: Transaction, profile: Profile) -> None:
    """Removes it and its tags."""
    tx.run(PROFILES.delete().where(PROFILES.c.id == profile.id))
    tags.remove_all(tx, KIND, profile.id)
    tx.changed(KIND, profile.id, profile.account)
