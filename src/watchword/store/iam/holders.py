"""Holders of a managed policy in an account: entities it is attached to, or whose boundary it is.

`attachments` finds the policies of an owner; this file finds the owners of a policy, which can be a policy of
AWS.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, Select, Table, bindparam, func, or_, select

from watchword.names.fold import fold
from watchword.store.iam.attachments import ATTACHMENTS
from watchword.store.iam.entities import after_name
from watchword.store.iam.groups import GROUPS
from watchword.store.iam.roles import ROLES
from watchword.store.iam.users import USERS
from watchword.store.transaction import Transaction

KINDS = {"group": GROUPS, "user": USERS, "role": ROLES}
BOUNDED = ("user", "role")


class Holder(Struct, frozen=True):
    """A user, group or role that has the policy."""

    id: str
    name: str


class Use(NamedTuple):
    """The number of entities that a policy is attached to, and of those whose boundary it is."""

    attached: int = 0
    bounding: int = 0


class _Count(NamedTuple):
    arn: str
    number: int


def page(  # noqa: PLR0913 each narrows the list
    tx: Transaction,
    account: str,
    kind: str,
    policy_arn: str,
    *,
    attached: bool = True,
    bounding: bool = True,
    path_prefix: str = "/",
    after: str = "",
    limit: int,
) -> tuple[list[Holder], bool]:
    """Holders of one kind: with the policy `attached`, with it as boundary (`bounding`), or both.

    Sorted by name, after the name `after`; and whether there are more.
    """
    table = KINDS[kind]
    ways = [*([_attached(kind, table)] if attached else []), *([_bounding(kind, table)] if bounding else [])]
    statement = (
        select(table.c.id, table.c.name).where(*after_name(table), or_(*ways)).order_by(table.c.folded)
    )
    return tx.page(
        Holder,
        statement,
        limit,
        account=account,
        policy_arn=policy_arn,
        prefix=path_prefix,
        folded=fold(after),
    )


def count(tx: Transaction, account: str, policy_arns: Sequence[str]) -> dict[str, Use]:
    """How the account uses these policies, by ARN; those that it doesn't use are left out."""
    attached = _sums(tx, _ATTACHED, account, policy_arns)
    bounding = _sums(tx, _BOUNDING, account, policy_arns)
    return {arn: Use(attached[arn], bounding[arn]) for arn in attached | bounding}


def _sums(
    tx: Transaction, statements: Iterable[Select[Any]], account: str, policy_arns: Sequence[str]
) -> Counter[str]:
    found: Counter[str] = Counter()
    for statement in statements:
        found.update(dict(tx.all(_Count, statement, account=account, policy_arns=policy_arns)))
    return found


def _attached(kind: str, table: Table) -> ColumnElement[bool]:
    owners = select(ATTACHMENTS.c.owner_id).where(
        ATTACHMENTS.c.owner_kind == kind, ATTACHMENTS.c.policy_arn == bindparam("policy_arn")
    )
    return table.c.id.in_(owners)


def _bounding(kind: str, table: Table) -> ColumnElement[bool]:
    return table.c.boundary == bindparam("policy_arn") if kind in BOUNDED else table.c.id.is_(None)


def _counts(table: Table, arn: ColumnElement[Any], source: FromClause) -> Select[Any]:
    asked = table.c.account == bindparam("account"), arn.in_(bindparam("policy_arns", expanding=True))
    counted: Select[Any] = select(arn, func.count())
    return counted.select_from(source).where(*asked).group_by(arn)


def _attachments(kind: str, table: Table) -> FromClause:
    owned = (ATTACHMENTS.c.owner_kind == kind) & (ATTACHMENTS.c.owner_id == table.c.id)
    return ATTACHMENTS.join(table, owned)


_ATTACHED = [
    _counts(table, ATTACHMENTS.c.policy_arn, _attachments(kind, table)) for kind, table in KINDS.items()
]
_BOUNDING = [_counts(table, table.c.boundary, table) for table in (USERS, ROLES)]
