"""Requests to create an account, with what came of each. No decision depends on them."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

CREATIONS = Table(
    "account_creations",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("organization", CodepointText, ForeignKey("organizations.id"), nullable=False, index=True),
    Column("name", CodepointText, nullable=False),
    Column("account", CodepointText),
    Column("failure", CodepointText),
    Column("requested", Timestamp, nullable=False),
)


class Creation(Struct, frozen=True):
    """A request; `id` is car-..., `account` the account that was made, `failure` the reason for none."""

    id: str
    organization: str
    name: str
    requested: datetime
    account: str | None = None
    failure: str | None = None


_OF_ORGANIZATION = select(*columns(CREATIONS, Creation)).where(
    CREATIONS.c.organization == bindparam("organization")
)
_BY_ID = _OF_ORGANIZATION.where(CREATIONS.c.id == bindparam("id"))
_PAGE = _OF_ORGANIZATION.where(CREATIONS.c.id > bindparam("after")).order_by(CREATIONS.c.id)


def insert(tx: Transaction, creation: Creation) -> None:
    """Adds a request, which has ended."""
    tx.run(CREATIONS.insert(), structs.asdict(creation))


def by_id(tx: Transaction, organization: str, creation_id: str) -> Creation | None:
    """The request of that id in the organization, None when there is none."""
    return tx.one(Creation, _BY_ID, organization=organization, id=creation_id)


def page(
    tx: Transaction, organization: str, *, failed: bool | None = None, after: str = "", limit: int
) -> tuple[list[Creation], bool]:
    """Requests sorted by id, after the id `after`; and whether there are more."""
    statement = _PAGE
    if failed is not None:
        failure = CREATIONS.c.failure
        statement = statement.where(failure.is_not(None) if failed else failure.is_(None))
    return tx.page(Creation, statement, limit, organization=organization, after=after)


def remove_all(tx: Transaction, organization: str) -> None:
    """Removes those of an organization that is being deleted."""
    tx.run(CREATIONS.delete().where(CREATIONS.c.organization == organization))
