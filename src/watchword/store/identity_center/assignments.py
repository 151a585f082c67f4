"""Account assignments: a user or group has a permission set in an account. Later ones have higher positions.

What a group has, its members have: `of_user` tells of both.
Source: IAM Identity Center API Reference, AccountAssignment, ListAccountAssignmentsForPrincipal.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
)

from watchword.names import nouns
from watchword.store.identity_center.memberships import DIRECTORY_MEMBERSHIPS
from watchword.store.identity_center.permission_sets import PERMISSION_SETS
from watchword.store.tables import METADATA, CodepointText, Serial, Timestamp, columns
from watchword.store.transaction import Transaction

USER, GROUP = "USER", "GROUP"
_KINDS = {USER: nouns.DIRECTORY_USER, GROUP: nouns.DIRECTORY_GROUP}

ASSIGNMENTS = Table(
    "account_assignments",
    METADATA,
    Column("position", Serial, primary_key=True, autoincrement=True),
    Column("permission_set_id", CodepointText, ForeignKey("permission_sets.id"), nullable=False),
    Column("account", CodepointText, nullable=False),
    Column("principal_type", CodepointText, nullable=False),
    Column("principal_id", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    UniqueConstraint(
        "permission_set_id", "account", "principal_type", "principal_id", name="uq_account_assignments"
    ),
    Index("ix_account_assignments_principal_id", "principal_id"),
    Index("ix_account_assignments_account", "account"),
    sqlite_autoincrement=True,  # a position is never reused, so pages don't overlap
)
_T = ASSIGNMENTS.c


@dataclass(frozen=True, slots=True)
class Assignment:
    """`principal_type` is USER or GROUP."""

    permission_set_id: str
    account: str
    principal_type: str
    principal_id: str
    created: datetime
    position: int = 0


_ALL = select(*columns(ASSIGNMENTS, Assignment)).order_by(_T.position)
_OF_SET = _ALL.where(_T.permission_set_id == bindparam("permission_set_id"))
_IN_ACCOUNT = _OF_SET.where(_T.account == bindparam("account"))
_ONE = _IN_ACCOUNT.where(
    _T.principal_type == bindparam("principal_type"), _T.principal_id == bindparam("principal_id")
)
_PAGE = _IN_ACCOUNT.where(_T.position > bindparam("after"))
_GROUPS = select(DIRECTORY_MEMBERSHIPS.c.group_id).where(
    DIRECTORY_MEMBERSHIPS.c.user_id == bindparam("principal_id")
)
_DIRECT = _ALL.where(
    _T.principal_type == bindparam("principal_type"), _T.principal_id == bindparam("principal_id")
)
_OF_USER = _ALL.where(
    or_(
        (_T.principal_type == USER) & (_T.principal_id == bindparam("principal_id")),
        (_T.principal_type == GROUP) & _T.principal_id.in_(_GROUPS),
    )
)
_IN_INSTANCE = _T.permission_set_id.in_(
    select(PERMISSION_SETS.c.id).where(PERMISSION_SETS.c.instance_id == bindparam("instance_id"))
)
_OF_INSTANCE = _ALL.where(_T.account == bindparam("account"), _IN_INSTANCE)
_ANY = _ALL.where(_IN_INSTANCE).limit(1)
_AFTER = _T.position > bindparam("after")
_COUNT = (
    select(func.count())
    .select_from(ASSIGNMENTS)
    .where(_T.permission_set_id == bindparam("permission_set_id"), _T.account == bindparam("account"))
)


def insert(tx: Transaction, assignment: Assignment) -> None:
    """Raises Conflict when it is there."""
    stored = ("permission_set_id", "account", "principal_type", "principal_id", "created")
    tx.run(ASSIGNMENTS.insert(), {name: getattr(assignment, name) for name in stored})
    _changed(tx, assignment)


def find(
    tx: Transaction, set_id: str, account: str, principal_type: str, principal_id: str
) -> Assignment | None:
    """That assignment, None when it isn't made."""
    given = {"permission_set_id": set_id, "account": account}
    return tx.one(Assignment, _ONE, **given, principal_type=principal_type, principal_id=principal_id)


def page(
    tx: Transaction, set_id: str, account: str, *, after: int = 0, limit: int
) -> tuple[list[Assignment], bool]:
    """Those of a set in an account, after that position; and whether there are more."""
    return tx.page(Assignment, _PAGE, limit, permission_set_id=set_id, account=account, after=after)


def page_of_principal(
    tx: Transaction,
    principal_type: str,
    principal_id: str,
    *,
    instance_id: str,
    account: str = "",
    after: int = 0,
    limit: int,
) -> tuple[list[Assignment], bool]:
    """The same of a principal, in one account or in all. A user has those of its groups too."""
    found, given = _DIRECT, {"principal_type": principal_type, "principal_id": principal_id}
    if principal_type == USER:
        found, given = _OF_USER, {"principal_id": principal_id}
    if account:
        found = found.where(_T.account == account)
    found = found.where(_AFTER, _IN_INSTANCE)
    return tx.page(Assignment, found, limit, **given, instance_id=instance_id, after=after)


def of_user(tx: Transaction, user_id: str, account: str = "") -> list[Assignment]:
    """All that a user has, directly and by groups, in one account or in all."""
    found = _OF_USER.where(_T.account == account) if account else _OF_USER
    return tx.all(Assignment, found, principal_id=user_id)


def of_principal(tx: Transaction, principal_type: str, principal_id: str) -> list[Assignment]:
    """Those that were made for exactly this user or group."""
    given = {"principal_type": principal_type, "principal_id": principal_id}
    return tx.all(Assignment, _DIRECT, **given)


def of_account(tx: Transaction, instance_id: str, account: str) -> list[Assignment]:
    """All of an instance in an account."""
    return tx.all(Assignment, _OF_INSTANCE, instance_id=instance_id, account=account)


def any_of(tx: Transaction, instance_id: str) -> bool:
    """Whether an instance has any."""
    return tx.one(Assignment, _ANY, instance_id=instance_id) is not None


def of_set(tx: Transaction, set_id: str) -> list[Assignment]:
    return tx.all(Assignment, _OF_SET, permission_set_id=set_id)


def count(tx: Transaction, set_id: str, account: str) -> int:
    """How many a set has in an account."""
    return tx.number(_COUNT, permission_set_id=set_id, account=account)


def remove(tx: Transaction, assignment: Assignment) -> None:
    tx.run(ASSIGNMENTS.delete().where(_T.position == assignment.position))
    _changed(tx, assignment)


def _changed(tx: Transaction, assignment: Assignment) -> None:
    tx.changed(nouns.PERMISSION_SET, assignment.permission_set_id)
    tx.changed(_KINDS[assignment.principal_type], assignment.principal_id)
