"""Managed policies of an account. A policy is created with version 1; `policy_versions` has all others."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, bindparam, func, select

from watchword.names import nouns
from watchword.store.iam.attachments import ATTACHMENTS
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.iam.roles import ROLES
from watchword.store.iam.users import USERS
from watchword.store.tables import METADATA, CodepointText, Timestamp
from watchword.store.transaction import Transaction

POLICIES = entity_table(
    "policies",
    Column("arn", CodepointText, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("default_version", Integer, nullable=False),
    Column("next_version", Integer, nullable=False),
    Column("updated", Timestamp, nullable=False),
)

VERSIONS = Table(
    "policy_versions",
    METADATA,
    Column("policy_id", CodepointText, ForeignKey("policies.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("created", Timestamp, nullable=False),
)


class Policy(Struct, frozen=True):
    """A managed policy; `id` is ANPA... The two counts are computed when it is read."""

    id: str
    account: str
    name: str
    path: str
    arn: str
    created: datetime
    updated: datetime
    description: str = ""
    default_version: int = 1
    next_version: int = 2
    partition: str = "aws"
    attachment_count: int = 0
    boundary_count: int = 0


_attachments = (
    select(func.count())
    .where(ATTACHMENTS.c.policy_arn == POLICIES.c.arn)
    .correlate(POLICIES)
    .scalar_subquery()
)
_bounded_users, _bounded_roles = (
    select(func.count()).where(table.c.boundary == POLICIES.c.arn).correlate(POLICIES).scalar_subquery()
    for table in (USERS, ROLES)
)
_bounded = _bounded_users + _bounded_roles

_entities = Entities(nouns.POLICY, POLICIES, Policy, attachment_count=_attachments, boundary_count=_bounded)
overwrite = _entities.overwrite
insert_all = _entities.insert_all
by_id = _entities.by_id
by_ids = _entities.by_ids
by_names = _entities.by_names
named = _entities.named
count = _entities.count
update = _entities.update

_BY_ARN = _entities.rows.where(POLICIES.c.arn == bindparam("arn"))


def insert(tx: Transaction, policy: Policy, document: str) -> None:
    """Adds the policy with version 1. Raises Conflict when the account has a policy of that name."""
    _entities.insert(tx, policy)
    version = {"policy_id": policy.id, "number": 1, "document": document, "created": policy.created}
    tx.run(VERSIONS.insert(), version)


def by_arn(tx: Transaction, arn: str) -> Policy | None:
    """The policy of that ARN, None when there is none."""
    return tx.one(Policy, _BY_ARN, arn=arn)


def page(
    tx: Transaction,
    account: str,
    *,
    path_prefix: str = "/",
    attached_only: bool = False,
    bounding_only: bool = False,
    after: str = "",
    limit: int,
) -> tuple[list[Policy], bool]:
    """Policies sorted by name, after the name `after`; and whether there are more."""
    where = (*([_attachments > 0] if attached_only else []), *([_bounded > 0] if bounding_only else []))
    return _entities.page(tx, account, path_prefix=path_prefix, after=after, where=where, limit=limit)


def remove(tx: Transaction, policy: Policy) -> None:
    """Removes the policy and all its versions."""
    tx.run(VERSIONS.delete().where(VERSIONS.c.policy_id == policy.id))
    _entities.remove(tx, policy)
