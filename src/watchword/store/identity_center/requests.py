"""Requests that Identity Center has carried out: to assign, to take away, to provision. And how each ended.

AWS does this in the background, and clients ask for the outcome by the request's id. A request is forgotten
after a while (KEPT). No decision depends on them.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, Index, Table, bindparam, select

from watchword.store.identity_center.instances import Instance
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

ASSIGN, TAKE_AWAY, PROVISION = "assign", "take-away", "provision"
KEPT = timedelta(days=7)

REQUESTS = Table(
    "identity_center_requests",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("instance_id", CodepointText, ForeignKey("identity_center_instances.id"), nullable=False),
    Column("kind", CodepointText, nullable=False),
    Column("made", Timestamp, nullable=False),
    Column("permission_set_arn", CodepointText, nullable=False),
    Column("account", CodepointText, nullable=False),
    Column("principal_type", CodepointText, nullable=False),
    Column("principal_id", CodepointText, nullable=False),
    Column("failure", CodepointText, nullable=False),
    Index("ix_identity_center_requests_instance_id", "instance_id", "kind", "id"),
)
_T = REQUESTS.c


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `failure` is empty for one that succeeded. The id is a UUID."""

    id: str
    instance_id: str
    kind: str
    made: datetime
    permission_set_arn: str
    account: str = ""
    principal_type: str = ""
    principal_id: str = ""
    failure: str = ""


_ALL = select(*columns(REQUESTS, Request)).where(
    _T.instance_id == bindparam("instance_id"), _T.kind == bindparam("kind")
)
_ONE = _ALL.where(_T.id == bindparam("id"))
_PAGE = _ALL.where(_T.id > bindparam("after")).order_by(_T.id)


def insert(tx: Transaction, request: Request) -> None:
    """Notes it, and forgets those of the instance that are too old."""
    old = REQUESTS.delete().where(_T.instance_id == request.instance_id, _T.made < request.made - KEPT)
    tx.run(old)
    tx.run(REQUESTS.insert(), asdict(request))


def by_id(tx: Transaction, instance_id: str, kind: str, request_id: str) -> Request | None:
    return tx.one(Request, _ONE, instance_id=instance_id, kind=kind, id=request_id)


def page(
    tx: Transaction,
    instance_id: str,
    kind: str,
    *,
    failed: bool | None = None,
    after: str = "",
    limit: int,
) -> tuple[list[Request], bool]:
    """Sorted by id, after that id: those that failed, that succeeded, or both."""
    found = _PAGE
    if failed is not None:
        found = _PAGE.where(_T.failure != "" if failed else _T.failure == "")
    return tx.page(Request, found, limit, instance_id=instance_id, kind=kind, after=after)


def remove_all(tx: Transaction, instance: Instance) -> None:
    """Those of an instance that is being removed."""
    tx.run(REQUESTS.delete().where(_T.instance_id == instance.id))
