"""Managed policies of an account. Their documents are in `versions`; a policy is born with version 1."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, bindparam, func, select

from watchword.store.iam.attachments import ATTACHMENTS
from watchword.store.iam.entities import after_name, count_of, entity_table, of_that_name
from watchword.store.iam.roles import ROLES
from watchword.store.iam.users import USERS
from watchword.store.tables import METADATA, CodepointText, Timestamp, fold
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


@dataclass(frozen=True, slots=True)
class Policy:
    """A managed policy; `id` is ANPA...; the two counts are computed when it is read."""

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


_STORED = [name for name in Policy.__slots__ if not name.endswith("_count")]
_ATTACHED = (
    select(func.count())
    .where(ATTACHMENTS.c.policy_arn == POLICIES.c.arn)
    .correlate(POLICIES)
    .scalar_subquery()
)
_BOUNDING = [
    select(func.count()).where(table.c.boundary == POLICIES.c.arn).correlate(POLICIES).scalar_subquery()
    for table in (USERS, ROLES)
]
_ALL = select(*[POLICIES.c[name] for name in _STORED], _ATTACHED, _BOUNDING[0] + _BOUNDING[1])
_BY_ARN = _ALL.where(POLICIES.c.arn == bindparam("arn"))
_NAMED = _ALL.where(*of_that_name(POLICIES))
_PAGE = _ALL.where(*after_name(POLICIES)).order_by(POLICIES.c.folded)
_COUNT = count_of(POLICIES)


def insert(tx: Transaction, policy: Policy, document: str) -> None:
    """The policy and its version 1. Raises Conflict when the account has a policy of that name."""
    row = {name: value for name, value in asdict(policy).items() if name in _STORED}
    tx.run(POLICIES.insert(), row | {"folded": fold(policy.name)})
    version = {"policy_id": policy.id, "number": 1, "document": document, "created": policy.created}
    tx.run(VERSIONS.insert(), version)
    tx.changed("policy", policy.id, policy.account)


def by_arn(tx: Transaction, arn: str) -> Policy | None:
    """The policy of that ARN, None when there is none."""
    return tx.one(Policy, _BY_ARN, arn=arn)


def named(tx: Transaction, account: str, name: str) -> Policy | None:
    """The policy of that name in whatever case, None when there is none."""
    return tx.one(Policy, _NAMED, account=account, folded=fold(name))


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
    """In the order of their names, after the name given; and whether there are more."""
    statement = _PAGE.where(_ATTACHED > 0) if attached_only else _PAGE
    if bounding_only:
        statement = statement.where(_BOUNDING[0] + _BOUNDING[1] > 0)
    return tx.page(Policy, statement, limit, account=account, prefix=path_prefix, folded=fold(after))


def count(tx: Transaction, account: str) -> int:
    """How many policies the account has."""
    return tx.number(_COUNT, account=account)


def remove(tx: Transaction, policy: Policy) -> None:
    """The policy and all its versions."""
    tx.run(VERSIONS.delete().where(VERSIONS.c.policy_id == policy.id))
    tx.run(POLICIES.delete().where(POLICIES.c.id == policy.id))
    tx.changed("policy", policy.id, policy.account)
