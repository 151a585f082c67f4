"""Organizations, each with its root. The management account is a member of its own organization."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Strings, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = "organization"
"""The kind of its topics."""
ALL_FEATURES = "ALL"
ROOT_CREDENTIALS, ROOT_SESSIONS = "RootCredentialsManagement", "RootSessions"

ORGANIZATIONS = Table(
    "organizations",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("partition", CodepointText, nullable=False),
    Column("management", CodepointText, ForeignKey("accounts.id"), nullable=False, unique=True),
    Column("root", CodepointText, nullable=False, unique=True),
    Column("features", CodepointText, nullable=False),
    Column("policy_types", Strings, nullable=False),
    Column("root_features", Strings),
    Column("created", Timestamp, nullable=False),
)


class Organization(Struct, frozen=True):
    """An organization; `id` is o-..., `root` r-..., `management` an account, `features` the feature set."""

    id: str
    management: str
    root: str
    created: datetime
    features: str = ALL_FEATURES
    policy_types: tuple[str, ...] = ()
    """The types of policies that are enabled in the root."""
    root_features: tuple[str, ...] | None = None
    """What is enabled of the central management of root users; None for nothing."""
    partition: str = "aws"


_ALL = select(*columns(ORGANIZATIONS, Organization))
_BY_ID = _ALL.where(ORGANIZATIONS.c.id == bindparam("id"))
_OF_ROOT = _ALL.where(ORGANIZATIONS.c.root == bindparam("root"))


def insert(tx: Transaction, organization: Organization) -> None:
    """Raises Conflict when the account manages an organization already."""
    tx.run(ORGANIZATIONS.insert(), structs.asdict(organization))
    _changed(tx, organization)


def by_id(tx: Transaction, organization_id: str) -> Organization | None:
    """The organization of that id, None when there is none."""
    return tx.one(Organization, _BY_ID, id=organization_id)


def of_root(tx: Transaction, root_id: str) -> Organization | None:
    """The organization that has that root, None when there is none."""
    return tx.one(Organization, _OF_ROOT, root=root_id)


def set_policy_types(tx: Transaction, organization: Organization, types: tuple[str, ...]) -> None:
    """Sets which types of policies are enabled in the root."""
    _update(tx, organization, policy_types=types)


def set_features(tx: Transaction, organization: Organization, features: str) -> None:
    """Sets the feature set."""
    _update(tx, organization, features=features)


def set_root_features(tx: Transaction, organization: Organization, features: tuple[str, ...]) -> None:
    """Sets what is enabled of the central management of root users."""
    _update(tx, organization, root_features=features)


def remove(tx: Transaction, organization: Organization) -> None:
    """Removes its row. Raises StillReferenced while it has members or units."""
    tx.run(ORGANIZATIONS.delete().where(ORGANIZATIONS.c.id == organization.id))
    _changed(tx, organization)


def _update(tx: Transaction, organization: Organization, **values: object) -> None:
    tx.run(ORGANIZATIONS.update().where(ORGANIZATIONS.c.id == organization.id), values)
    _changed(tx, organization)


def _changed(tx: Transaction, organization: Organization) -> None:
    tx.changed(KIND, organization.id, organization.management)
