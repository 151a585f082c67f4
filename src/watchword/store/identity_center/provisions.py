"""Where permission sets are provisioned: the role that a set has in an account, and of which revision it is.

A role of a set is removed only together with its row here.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, ForeignKey, Index, Integer, Table, bindparam, select

from watchword.names import nouns
from watchword.store.identity_center.permission_sets import PERMISSION_SETS
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

PROVISIONS = Table(
    "provisioned_permission_sets",
    METADATA,
    Column("permission_set_id", CodepointText, ForeignKey("permission_sets.id"), primary_key=True),
    Column("account", CodepointText, primary_key=True),
    Column("role_id", CodepointText, ForeignKey("roles.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("at", Timestamp, nullable=False),
    Index("ix_provisioned_permission_sets_account", "account", "permission_set_id"),
)
_T = PROVISIONS.c


@dataclass(frozen=True, slots=True)
class Provision:
    """A role of a permission set; `role_id` is AROA..."""

    permission_set_id: str
    account: str
    role_id: str
    revision: int
    at: datetime


_ALL = select(*columns(PROVISIONS, Provision))
_OF_SET = _ALL.where(_T.permission_set_id == bindparam("permission_set_id")).order_by(_T.account)
_ONE = _ALL.where(_T.permission_set_id == bindparam("permission_set_id"), _T.account == bindparam("account"))
_OF_ROLE = _ALL.where(_T.role_id == bindparam("role_id"))
_LATEST = select(PERMISSION_SETS.c.revision).where(PERMISSION_SETS.c.id == _T.permission_set_id)
_IN_INSTANCE = _T.permission_set_id.in_(
    select(PERMISSION_SETS.c.id).where(PERMISSION_SETS.c.instance_id == bindparam("instance_id"))
)


def put(tx: Transaction, provision: Provision) -> None:
    """Notes that the role is of that revision."""
    remove(tx, provision)
    tx.run(PROVISIONS.insert(), asdict(provision))


def find(tx: Transaction, set_id: str, account: str) -> Provision | None:
    """The role of a set in an account, None when it isn't provisioned there."""
    return tx.one(Provision, _ONE, permission_set_id=set_id, account=account)


def of_role(tx: Transaction, role_id: str) -> Provision | None:
    """The set that a role is of."""
    return tx.one(Provision, _OF_ROLE, role_id=role_id)


def of_set(tx: Transaction, set_id: str) -> list[Provision]:
    """All roles of a set, sorted by account."""
    return tx.all(Provision, _OF_SET, permission_set_id=set_id)


def page_of_set(
    tx: Transaction, set_id: str, *, latest: bool | None = None, after: str = "", limit: int
) -> tuple[list[Provision], bool]:
    """Sorted by account, after that account: those of the latest revision, the others, or both."""
    found = _OF_SET.where(_T.account > after, *_is_latest(latest))
    return tx.page(Provision, found, limit, permission_set_id=set_id)


def page_of_account(
    tx: Transaction,
    instance_id: str,
    account: str,
    *,
    latest: bool | None = None,
    after: str = "",
    limit: int,
) -> tuple[list[Provision], bool]:
    """Those of an instance in an account, sorted by set, after that set."""
    found = _ALL.where(_IN_INSTANCE, _T.account == account, _T.permission_set_id > after, *_is_latest(latest))
    return tx.page(Provision, found.order_by(_T.permission_set_id), limit, instance_id=instance_id)


def remove(tx: Transaction, provision: Provision) -> None:
    tx.run(
        PROVISIONS.delete().where(
            _T.permission_set_id == provision.permission_set_id, _T.account == provision.account
        )
    )
    tx.changed(nouns.PERMISSION_SET, provision.permission_set_id)


def _is_latest(latest: bool | None) -> tuple[ColumnElement[bool], ...]:  # noqa: FBT001 the filter as given
    if latest is None:
        return ()
    revision = _LATEST.scalar_subquery()
    return (_T.revision == revision if latest else _T.revision != revision,)
