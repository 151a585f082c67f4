"""Holders of a managed policy in an account: entities it is attached to, or whose boundary it is.

`attachments` finds the policies of an owner; this file finds the owners of a policy, which can be a policy of
AWS.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, or_, select

from watchword.names.fold import fold
from watchword.store.iam.attachments import ATTACHMENTS
from watchword.store.iam.entities import after_name
from watchword.store.iam.groups import GROUPS
from watchword.store.iam.roles import ROLES
from watchword.store.iam.users import USERS
from watchword.store.transaction import Transaction

KINDS = {"group": GROUPS, "user": USERS, "role": ROLES}
BOUNDED = ("user", "role")


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, group or role that has the policy."""

    id: str
    name: str


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


def count(tx: Transaction, account: str, policy_arn: str) -> tuple[int, int]:
    """The number of entities it is attached to, and of those whose boundary it is."""
    given = {"account": account, "policy_arn": policy_arn}
    attached = sum(tx.number(_count(table, _attached(kind, table)), **given) for kind, table in KINDS.items())
    bounding = sum(tx.number(_count(KINDS[kind], _bounding(kind, KINDS[kind])), **given) for kind in BOUNDED)
    return attached, bounding


def _attached(kind: str, table: Table) -> ColumnElement[bool]:
    owners = select(ATTACHMENTS.c.owner_id).where(
        ATTACHMENTS.c.owner_kind == kind, ATTACHMENTS.c.policy_arn == bindparam("policy_arn")
    )
    return table.c.id.in_(owners)


def _bounding(kind: str, table: Table) -> ColumnElement[bool]:
    return table.c.boundary == bindparam("policy_arn") if kind in BOUNDED else table.c.id.is_(None)


def _count(table: Table, condition: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(table).where(table.c.account == bindparam("account"), condition)
