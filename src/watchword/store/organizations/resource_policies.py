"""Resource policies of organizations: what member accounts may do. An organization has one at most."""

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, Text, bindparam, select

from watchword.store.organizations.organizations import KIND
from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

RESOURCE_POLICIES = Table(
    "organization_resource_policies",
    METADATA,
    Column("organization", CodepointText, ForeignKey("organizations.id"), primary_key=True),
    Column("id", CodepointText, nullable=False, unique=True),
    Column("content", Text, nullable=False),
)


class ResourcePolicy(Struct, frozen=True):
    """A resource policy; `id` is rp-..., its users and roles are unique ids."""

    organization: str
    id: str
    content: str


_ALL = select(*columns(RESOURCE_POLICIES, ResourcePolicy))
_OF = _ALL.where(RESOURCE_POLICIES.c.organization == bindparam("organization"))


def put(tx: Transaction, policy: ResourcePolicy) -> None:
    """Adds it, or replaces the one that is there."""
    remove(tx, policy.organization)
    tx.run(RESOURCE_POLICIES.insert(), structs.asdict(policy))


def of_organization(tx: Transaction, organization: str) -> ResourcePolicy | None:
    """The policy of an organization, None when it has none."""
    return tx.one(ResourcePolicy, _OF, organization=organization)


def remove(tx: Transaction, organization: str) -> None:
    """Removes it, if there is one."""
    tx.run(RESOURCE_POLICIES.delete().where(RESOURCE_POLICIES.c.organization == organization))
    tx.changed(KIND, organization)
