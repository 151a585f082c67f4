"""Delegation requests: another account asks for temporary permissions. No decision depends on the cache.

A request has an `owner_account` once it is known whose permissions are asked for, and an `owner` once
somebody of that account took it on. Who accepted it is kept as a small dictionary
(`watchword.identity.delegation`).
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
)

from watchword.store.tables import METADATA, CodepointText, JsonStrings, Strings, Timestamp, columns
from watchword.store.transaction import Transaction

DELEGATION_REQUESTS = Table(
    "delegation_requests",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("requestor", CodepointText, ForeignKey("accounts.id"), nullable=False),
    Column("workflow", CodepointText, nullable=False),
    Column("description", CodepointText, nullable=False),
    Column("message", CodepointText, nullable=False),
    Column("policy", CodepointText, nullable=False),
    Column("boundaries", Strings, nullable=False),
    Column("channel", CodepointText, nullable=False),
    Column("redirect_url", CodepointText, nullable=False),
    Column("session_seconds", Integer, nullable=False),
    Column("only_by_owner", Boolean, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("state", CodepointText, nullable=False),
    Column("updated", Timestamp, nullable=False),
    Column("owner_account", CodepointText, index=True),
    Column("owner_arn", CodepointText),
    Column("owner_id", CodepointText),
    Column("notes", CodepointText, nullable=False),
    Column("rejection", CodepointText, nullable=False),
    Column("approver_arn", CodepointText),
    Column("approver", JsonStrings),
    UniqueConstraint("requestor", "workflow"),
)


class DelegationRequest(Struct, frozen=True):
    """A request; `state` is the one that it reached at `updated`."""

    id: str
    requestor: str
    """The account that asks."""
    workflow: str
    description: str
    message: str
    policy: str
    """What is asked for."""
    boundaries: tuple[str, ...]
    """The boundaries of roles that the policy allows to be created."""
    channel: str
    redirect_url: str
    session_seconds: int
    only_by_owner: bool
    created: datetime
    state: str
    updated: datetime
    owner_account: str | None = None
    owner_arn: str | None = None
    owner_id: str | None = None
    notes: str = ""
    rejection: str = ""
    approver_arn: str | None = None
    approver: dict[str, str] | None = None


_ALL = select(*columns(DELEGATION_REQUESTS, DelegationRequest)).order_by(DELEGATION_REQUESTS.c.id)
_BY_ID = _ALL.where(DELEGATION_REQUESTS.c.id == bindparam("id"))
_OWNED = _ALL.where(
    DELEGATION_REQUESTS.c.owner_account == bindparam("account"),
    DELEGATION_REQUESTS.c.owner_arn.is_not(None),
    or_(bindparam("owner") == "", DELEGATION_REQUESTS.c.owner_arn == bindparam("owner")),
    DELEGATION_REQUESTS.c.id > bindparam("after"),
)
_BY_WORKFLOW = _ALL.where(
    DELEGATION_REQUESTS.c.requestor == bindparam("requestor"),
    DELEGATION_REQUESTS.c.workflow == bindparam("workflow"),
)
_COUNT = select(func.count()).where(DELEGATION_REQUESTS.c.requestor == bindparam("requestor"))
_OLD = DELEGATION_REQUESTS.delete().where(
    DELEGATION_REQUESTS.c.requestor == bindparam("of"), DELEGATION_REQUESTS.c.updated < bindparam("before")
)


def insert(tx: Transaction, request: DelegationRequest) -> None:
    """Raises Conflict when the requestor has a request of that workflow."""
    tx.run(DELEGATION_REQUESTS.insert(), structs.asdict(request))


def by_id(tx: Transaction, request_id: str) -> DelegationRequest | None:
    """The request with that id, None when there is none."""
    return tx.one(DelegationRequest, _BY_ID, id=request_id)


def of_workflow(tx: Transaction, requestor: str, workflow: str) -> DelegationRequest | None:
    """The requestor's request of that workflow, None when there is none."""
    return tx.one(DelegationRequest, _BY_WORKFLOW, requestor=requestor, workflow=workflow)


def count(tx: Transaction, requestor: str) -> int:
    """How many requests there are of an account."""
    return tx.number(_COUNT, requestor=requestor)


def page(
    tx: Transaction, account: str, *, owner: str = "", after: str = "", limit: int
) -> tuple[list[DelegationRequest], bool]:
    """The requests that somebody of the account owns, or that one of them owns, by its ARN."""
    return tx.page(DelegationRequest, _OWNED, limit, account=account, owner=owner, after=after)


def replace(tx: Transaction, request: DelegationRequest) -> None:
    """Stores the request as it is now."""
    tx.run(
        DELEGATION_REQUESTS.update().where(DELEGATION_REQUESTS.c.id == request.id), structs.asdict(request)
    )


def remove_old(tx: Transaction, requestor: str, before: datetime) -> None:
    """Removes the account's requests that nothing was done with since then."""
    tx.run(_OLD, {"of": requestor, "before": before})
