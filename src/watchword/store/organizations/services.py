"""What services have in an organization: access to it (trusted access), and accounts that administer them.

An account that administers a service for the organization is a delegated administrator.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

ACCESS = Table(
    "organization_services",
    METADATA,
    Column("organization", CodepointText, ForeignKey("organizations.id"), primary_key=True),
    Column("service", CodepointText, primary_key=True),
    Column("enabled", Timestamp, nullable=False),
)
DELEGATIONS = Table(
    "organization_delegations",
    METADATA,
    Column("organization", CodepointText, ForeignKey("organizations.id"), primary_key=True),
    Column("account", CodepointText, primary_key=True),
    Column("service", CodepointText, primary_key=True),
    Column("enabled", Timestamp, nullable=False),
)


class Access(Struct, frozen=True):
    """A service that has access to an organization, by its principal."""

    organization: str
    service: str
    enabled: datetime


class Delegation(Struct, frozen=True):
    """An account that administers a service for the organization."""

    organization: str
    account: str
    service: str
    enabled: datetime


_ACCESS = select(*columns(ACCESS, Access)).where(ACCESS.c.organization == bindparam("organization"))
_ONE = _ACCESS.where(ACCESS.c.service == bindparam("service"))
_PAGE = _ACCESS.where(ACCESS.c.service > bindparam("after")).order_by(ACCESS.c.service)
_DELEGATIONS = (
    select(*columns(DELEGATIONS, Delegation))
    .where(DELEGATIONS.c.organization == bindparam("organization"))
    .order_by(DELEGATIONS.c.account, DELEGATIONS.c.service)
)
_OF_ACCOUNT = _DELEGATIONS.where(DELEGATIONS.c.account == bindparam("account"))


def allow(tx: Transaction, access: Access) -> None:
    """Gives a service access. Raises Conflict when it has it."""
    tx.run(ACCESS.insert(), structs.asdict(access))


def deny(tx: Transaction, access: Access) -> None:
    """Takes a service's access away."""
    one = ACCESS.c.organization == access.organization, ACCESS.c.service == access.service
    tx.run(ACCESS.delete().where(*one))


def access_of(tx: Transaction, organization: str, service: str) -> Access | None:
    """The access of a service, None when it has none."""
    return tx.one(Access, _ONE, organization=organization, service=service)


def page(tx: Transaction, organization: str, *, after: str = "", limit: int) -> tuple[list[Access], bool]:
    """Services with access, sorted by name, after the service `after`; and whether there are more."""
    return tx.page(Access, _PAGE, limit, organization=organization, after=after)


def delegate(tx: Transaction, delegation: Delegation) -> None:
    """Makes an account an administrator of a service. Raises Conflict when it is one."""
    tx.run(DELEGATIONS.insert(), structs.asdict(delegation))
    tx.changed("account", delegation.account, delegation.account)


def withdraw(tx: Transaction, delegation: Delegation) -> None:
    """The reverse."""
    one = (
        DELEGATIONS.c.organization == delegation.organization,
        DELEGATIONS.c.account == delegation.account,
        DELEGATIONS.c.service == delegation.service,
    )
    tx.run(DELEGATIONS.delete().where(*one))
    tx.changed("account", delegation.account, delegation.account)


def delegations(tx: Transaction, organization: str) -> list[Delegation]:
    """All of the organization, sorted by account, then by service. They are few."""
    return tx.all(Delegation, _DELEGATIONS, organization=organization)


def delegations_of(tx: Transaction, organization: str, account: str) -> list[Delegation]:
    """Those of one account."""
    return tx.all(Delegation, _OF_ACCOUNT, organization=organization, account=account)


def remove_all(tx: Transaction, organization: str) -> None:
    """Takes all access away, in an organization that is being deleted and has no delegations."""
    tx.run(ACCESS.delete().where(ACCESS.c.organization == organization))
