"""Policies of an organization, of every type. Those of AWS are in no table."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, bindparam, func, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = "organization-policy"
"""The kind of its topics."""

POLICIES = Table(
    "organization_policies",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("organization", CodepointText, ForeignKey("organizations.id"), nullable=False),
    Column("type", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("description", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("updated", Timestamp, nullable=False),
    UniqueConstraint("organization", "type", "name"),
)


class Policy(Struct, frozen=True):
    """A policy; `id` is p-..., `organization` empty for a policy of AWS."""

    id: str
    organization: str
    type: str
    name: str
    content: str
    created: datetime
    updated: datetime
    description: str = ""


_ALL = select(*columns(POLICIES, Policy))
_BY_ID = _ALL.where(POLICIES.c.id == bindparam("id"))
_OF_TYPE = _ALL.where(
    POLICIES.c.organization == bindparam("organization"), POLICIES.c.type == bindparam("type")
)
_NAMED = _OF_TYPE.where(POLICIES.c.name == bindparam("name"))
_PAGE = _OF_TYPE.where(POLICIES.c.id > bindparam("after")).order_by(POLICIES.c.id)
_COUNT_ALL = (
    select(func.count()).select_from(POLICIES).where(POLICIES.c.organization == bindparam("organization"))
)
_COUNT = _COUNT_ALL.where(POLICIES.c.type == bindparam("type"))


def insert(tx: Transaction, policy: Policy) -> None:
    """Raises Conflict when the organization has a policy of that type and name."""
    tx.run(POLICIES.insert(), structs.asdict(policy))
    _changed(tx, policy)


def by_id(tx: Transaction, policy_id: str) -> Policy | None:
    """The policy of that id, in whichever organization; None when there is none."""
    return tx.one(Policy, _BY_ID, id=policy_id)


def named(tx: Transaction, organization: str, type_: str, name: str) -> Policy | None:
    """The policy of that type and name, None when there is none."""
    return tx.one(Policy, _NAMED, organization=organization, type=type_, name=name)


def page(
    tx: Transaction, organization: str, type_: str, *, after: str = "", limit: int
) -> tuple[list[Policy], bool]:
    """Policies of a type, sorted by id, after the id `after`; and whether there are more."""
    return tx.page(Policy, _PAGE, limit, organization=organization, type=type_, after=after)


def count(tx: Transaction, organization: str, type_: str) -> int:
    """How many of a type the organization has."""
    return tx.number(_COUNT, organization=organization, type=type_)


def count_all(tx: Transaction, organization: str) -> int:
    """How many of all types the organization has."""
    return tx.number(_COUNT_ALL, organization=organization)


def update(tx: Transaction, policy: Policy, **values: object) -> None:
    """Sets columns. Raises Conflict when there is another policy of that type and name."""
    tx.run(POLICIES.update().where(POLICIES.c.id == policy.id), values)
    _changed(tx, policy)


def remove(tx: Transaction, policy: Policy) -> None:
    """Removes its row. The caller knows that it isn't attached."""
    tx.run(POLICIES.delete().where(POLICIES.c.id == policy.id))
    _changed(tx, policy)


def _changed(tx: Transaction, policy: Policy) -> None:
    tx.changed(KIND, policy.id)
