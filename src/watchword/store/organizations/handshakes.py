"""Handshakes: what an organization asks an account, and what the account answered.

No decision depends on how a handshake stands. What it is about never changes.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, func, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

HANDSHAKES = Table(
    "organization_handshakes",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("organization", CodepointText, nullable=False),
    Column("management", CodepointText, ForeignKey("accounts.id"), nullable=False),
    Column("action", CodepointText, nullable=False),
    Column("state", CodepointText, nullable=False),
    Column("target", CodepointText, nullable=False),
    Column("notes", Text, nullable=False),
    Column("requested", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False),
    Index("ix_organization_handshakes_organization", "organization"),
    Index("ix_organization_handshakes_target", "target"),
)


class Handshake(Struct, frozen=True):
    """A handshake; `id` is h-..., `target` an account, or an address in lower case."""

    id: str
    organization: str
    management: str
    action: str
    state: str
    target: str
    requested: datetime
    expires: datetime
    notes: str = ""


_ALL = select(*columns(HANDSHAKES, Handshake))
_BY_ID = _ALL.where(HANDSHAKES.c.id == bindparam("id"))
_AFTER = _ALL.where(HANDSHAKES.c.id > bindparam("after")).order_by(HANDSHAKES.c.id)
_OF_ORGANIZATION = _AFTER.where(HANDSHAKES.c.organization == bindparam("organization"))
_OF_ACCOUNT = _AFTER.where(HANDSHAKES.c.target.in_((bindparam("account"), bindparam("email"))))
_SENT = (
    select(func.count())
    .select_from(HANDSHAKES)
    .where(
        HANDSHAKES.c.organization == bindparam("organization"), HANDSHAKES.c.requested > bindparam("since")
    )
)


def insert(tx: Transaction, handshake: Handshake) -> None:
    """Adds a handshake."""
    tx.run(HANDSHAKES.insert(), structs.asdict(handshake))


def set_state(tx: Transaction, handshake: Handshake, state: str) -> None:
    """Notes the answer."""
    tx.run(HANDSHAKES.update().where(HANDSHAKES.c.id == handshake.id), {"state": state})


def by_id(tx: Transaction, handshake_id: str) -> Handshake | None:
    """The handshake of that id, between any accounts; None when there is none."""
    return tx.one(Handshake, _BY_ID, id=handshake_id)


def of_organization(
    tx: Transaction, organization: str, *, action: str = "", after: str = "", limit: int
) -> tuple[list[Handshake], bool]:
    """Handshakes that an organization sent, of one kind or all, after an id; and whether there are more."""
    statement = _OF_ORGANIZATION.where(HANDSHAKES.c.action == action) if action else _OF_ORGANIZATION
    return tx.page(Handshake, statement, limit, organization=organization, after=after)


def of_account(
    tx: Transaction, account: str, email: str, *, action: str = "", after: str = "", limit: int
) -> tuple[list[Handshake], bool]:
    """The same of those that were sent to an account, or to its address."""
    statement = _OF_ACCOUNT.where(HANDSHAKES.c.action == action) if action else _OF_ACCOUNT
    return tx.page(Handshake, statement, limit, account=account, email=email, after=after)


def count_sent(tx: Transaction, organization: str, since: datetime) -> int:
    """How many an organization has sent after that moment."""
    return tx.number(_SENT, organization=organization, since=since)
