"""Roles of an account.

`trust` is kept with the principals it names bound to their unique ids, so that a user or role created
again under the same name isn't trusted (IAM User Guide, "AWS JSON policy elements: Principal").
`watchword.identity.grantees` binds them.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, Text, bindparam, select

from watchword.store.iam.entities import after_name, count_of, entity_table, of_that_name
from watchword.store.tables import CodepointText, Timestamp, columns, fold, unused_since
from watchword.store.transaction import Transaction

ROLES = entity_table(
    "roles",
    Column("description", Text, nullable=False),
    Column("trust", Text, nullable=False),
    Column("max_session", Integer, nullable=False),
    Column("boundary", CodepointText, index=True),
    Column("last_used", Timestamp),
    Column("last_used_region", CodepointText),
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `id` is AROA..., `max_session` is in seconds, `boundary` an ARN."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    trust: str
    description: str = ""
    max_session: int = 3600
    partition: str = "aws"
    boundary: str | None = None
    last_used: datetime | None = None
    last_used_region: str | None = None


_ALL = select(*columns(ROLES, Role))
_BY_ID = _ALL.where(ROLES.c.id == bindparam("id"))
_NAMED = _ALL.where(*of_that_name(ROLES))
_PAGE = _ALL.where(*after_name(ROLES)).order_by(ROLES.c.folded)
_COUNT = count_of(ROLES)


def insert(tx: Transaction, role: Role) -> None:
    """Raises Conflict when the account has a role of that name."""
    tx.run(ROLES.insert(), asdict(role) | {"folded": fold(role.name)})
    tx.changed("role", role.id, role.account)


def by_id(tx: Transaction, role_id: str) -> Role | None:
    """The role of that unique id, None when there is none."""
    return tx.one(Role, _BY_ID, id=role_id)


def named(tx: Transaction, account: str, name: str) -> Role | None:
    """The role of that name in whatever case, None when there is none."""
    return tx.one(Role, _NAMED, account=account, folded=fold(name))


def page(
    tx: Transaction, account: str, *, path_prefix: str = "/", after: str = "", limit: int
) -> tuple[list[Role], bool]:
    """In the order of their names, after the name given; and whether there are more."""
    return tx.page(Role, _PAGE, limit, account=account, prefix=path_prefix, folded=fold(after))


def count(tx: Transaction, account: str) -> int:
    """How many roles the account has."""
    return tx.number(_COUNT, account=account)


def describe(tx: Transaction, role: Role, *, description: str, max_session: int) -> None:
    """Sets its description, and how long its sessions may last."""
    _update(tx, role, description=description, max_session=max_session)


def trust(tx: Transaction, role: Role, document: str) -> None:
    """Sets the trust policy."""
    _update(tx, role, trust=document)


def bound(tx: Transaction, role: Role, boundary: str | None) -> None:
    """Sets the permissions boundary, an ARN, or lifts it."""
    _update(tx, role, boundary=boundary)


def used(tx: Transaction, role_id: str, at: datetime, span: timedelta, *, region: str) -> None:
    """Notes the use, unless one within `span` before it is noted. No decision depends on it."""
    due = unused_since(ROLES.c.last_used, at - span)
    last = {"last_used": at, "last_used_region": region}
    tx.run(ROLES.update().where(ROLES.c.id == role_id, due), last)


def remove(tx: Transaction, role: Role) -> None:
    """Removes the row alone; what hangs on the role is the caller's to remove before."""
    tx.run(ROLES.delete().where(ROLES.c.id == role.id))
    tx.changed("role", role.id, role.account)


def _update(tx: Transaction, role: Role, **values: object) -> None:
    tx.run(ROLES.update().where(ROLES.c.id == role.id), values)
    tx.changed("role", role.id, role.account)
