"""The accounts of an organization, and where in its tree each one is. An account is in one organization."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, ForeignKey, Index, Table, bindparam, func, select

from watchword.store.accounts import ACCOUNTS
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

CREATED = "CREATED"
INVITED = "INVITED"

MEMBERS = Table(
    "organization_members",
    METADATA,
    Column("account", CodepointText, ForeignKey("accounts.id"), primary_key=True),
    Column("organization", CodepointText, ForeignKey("organizations.id"), nullable=False),
    Column("parent", CodepointText, nullable=False),
    Column("method", CodepointText, nullable=False),
    Column("joined", Timestamp, nullable=False),
    Index("ix_organization_members_parent", "organization", "parent"),
)


class Member(Struct, frozen=True):
    """An account of an organization; `parent` is the root or a unit. The last three are the account's."""

    account: str
    organization: str
    parent: str
    joined: datetime
    method: str = CREATED
    name: str = ""
    email: str | None = None
    closed: datetime | None = None


_ALL = select(
    *columns(
        MEMBERS,
        Member,
        {"name": ACCOUNTS.c.name, "email": ACCOUNTS.c.email, "closed": ACCOUNTS.c.closed},
    )
).join(ACCOUNTS, ACCOUNTS.c.id == MEMBERS.c.account)
_OF_ACCOUNT = _ALL.where(MEMBERS.c.account == bindparam("account"))
_OF_ORGANIZATION = _ALL.where(MEMBERS.c.organization == bindparam("organization"))
_AFTER = _OF_ORGANIZATION.where(MEMBERS.c.account > bindparam("after")).order_by(MEMBERS.c.account)
_OF_PARENT = _AFTER.where(MEMBERS.c.parent == bindparam("parent"))
_IDS = (
    select(MEMBERS.c.account)
    .where(MEMBERS.c.organization == bindparam("organization"))
    .order_by(MEMBERS.c.account)
)
_COUNT = select(func.count()).select_from(MEMBERS).where(MEMBERS.c.organization == bindparam("organization"))
_CLOSED = (
    select(func.count())
    .select_from(MEMBERS.join(ACCOUNTS, ACCOUNTS.c.id == MEMBERS.c.account))
    .where(MEMBERS.c.organization == bindparam("organization"), ACCOUNTS.c.closed > bindparam("since"))
)


def insert(tx: Transaction, member: Member) -> None:
    """Raises Conflict when the account is in an organization already."""
    kept = ("account", "organization", "parent", "method", "joined")
    tx.run(MEMBERS.insert(), {name: getattr(member, name) for name in kept})
    _changed(tx, member)


def of_account(tx: Transaction, account: str) -> Member | None:
    """The account as a member of its organization, None when it is in none."""
    return tx.one(Member, _OF_ACCOUNT, account=account)


def page(tx: Transaction, organization: str, *, after: str = "", limit: int) -> tuple[list[Member], bool]:
    """Members sorted by account, after the account `after`; and whether there are more."""
    return tx.page(Member, _AFTER, limit, organization=organization, after=after)


def page_of_parent(
    tx: Transaction, organization: str, parent: str, *, after: str = "", limit: int
) -> tuple[list[Member], bool]:
    """The same, of those right below a parent."""
    return tx.page(Member, _OF_PARENT, limit, organization=organization, parent=parent, after=after)


def ids(tx: Transaction, organization: str) -> list[str]:
    """The ids of all, sorted."""
    return tx.all(str, _IDS, organization=organization)


def count(tx: Transaction, organization: str) -> int:
    """How many the organization has, the management account and closed ones included."""
    return tx.number(_COUNT, organization=organization)


def count_closed(tx: Transaction, organization: str, since: datetime) -> int:
    """How many of them were closed after that moment."""
    return tx.number(_CLOSED, organization=organization, since=since)


def move(tx: Transaction, member: Member, parent: str) -> None:
    """Puts it below another parent."""
    tx.run(MEMBERS.update().where(MEMBERS.c.account == member.account), {"parent": parent})
    _changed(tx, member)


def remove(tx: Transaction, member: Member) -> None:
    """Takes it out of the organization."""
    tx.run(MEMBERS.delete().where(MEMBERS.c.account == member.account))
    _changed(tx, member)


def _changed(tx: Transaction, member: Member) -> None:
    tx.changed("account", member.account, member.account)
