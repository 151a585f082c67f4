"""Identities of a pool, and the logins that are linked to them.

A login is a user of a provider, and is linked to one identity of the pool at most. No decision depends on
identities: what is decided on is what a caller has proved.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

IDENTITIES = Table(
    "pool_identities",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("pool_id", CodepointText, ForeignKey("identity_pools.id"), nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("modified", Timestamp, nullable=False),
    Column("known", Boolean, nullable=False),
    Index("ix_pool_identities_pool_id", "pool_id", "id"),
)
LOGINS = Table(
    "pool_logins",
    METADATA,
    Column("pool_id", CodepointText, primary_key=True),
    Column("provider", CodepointText, primary_key=True),
    Column("subject", CodepointText, primary_key=True),
    Column("identity_id", CodepointText, ForeignKey("pool_identities.id"), nullable=False),
    Index("ix_pool_logins_identity_id", "identity_id"),
)


class Identity(Struct, frozen=True):
    """An identity; `known` once a login was linked to it. It is a guest's until then, and never again."""

    id: str
    pool_id: str
    created: datetime
    modified: datetime
    known: bool = False


class Login(Struct, frozen=True):
    """A user of a provider, by the provider's name and the user's there."""

    pool_id: str
    provider: str
    subject: str
    identity_id: str


_IDENTITY = select(*columns(IDENTITIES, Identity))
_BY_ID = _IDENTITY.where(IDENTITIES.c.id == bindparam("id"))
_PAGE = _IDENTITY.where(
    IDENTITIES.c.pool_id == bindparam("pool_id"), IDENTITIES.c.id > bindparam("after")
).order_by(IDENTITIES.c.id)
_LOGIN = select(*columns(LOGINS, Login))
_LINKED = _LOGIN.where(
    LOGINS.c.pool_id == bindparam("pool_id"),
    LOGINS.c.provider == bindparam("provider"),
    LOGINS.c.subject == bindparam("subject"),
)
_OF = _LOGIN.where(LOGINS.c.identity_id == bindparam("identity_id")).order_by(
    LOGINS.c.provider, LOGINS.c.subject
)
_OF_ALL = _LOGIN.where(LOGINS.c.identity_id.in_(bindparam("ids", expanding=True))).order_by(
    LOGINS.c.provider, LOGINS.c.subject
)
_SUBJECTS = _LOGIN.where(
    LOGINS.c.identity_id == bindparam("identity_id"),
    LOGINS.c.provider == bindparam("provider"),
    LOGINS.c.subject > bindparam("after"),
).order_by(LOGINS.c.subject)


def insert(tx: Transaction, identity: Identity) -> None:
    """Adds an identity."""
    tx.run(IDENTITIES.insert(), structs.asdict(identity))


def by_id(tx: Transaction, identity_id: str) -> Identity | None:
    """The identity with that id, None when there is none."""
    return tx.one(Identity, _BY_ID, id=identity_id)


def page(tx: Transaction, pool_id: str, *, after: str = "", limit: int) -> tuple[list[Identity], bool]:
    """Identities of a pool sorted by id, after that one; and whether there are more."""
    return tx.page(Identity, _PAGE, limit, pool_id=pool_id, after=after)


def linked(tx: Transaction, pool_id: str, provider: str, subject: str) -> Login | None:
    """The login of that user, None when it isn't linked to an identity."""
    return tx.one(Login, _LINKED, pool_id=pool_id, provider=provider, subject=subject)


def logins(tx: Transaction, identity_id: str) -> list[Login]:
    """What is linked to an identity, sorted by provider and user."""
    return tx.all(Login, _OF, identity_id=identity_id)


def logins_of_all(tx: Transaction, identity_ids: Iterable[str]) -> list[Login]:
    """The same of several identities."""
    return tx.all(Login, _OF_ALL, ids=list(identity_ids))


def subjects(
    tx: Transaction, identity_id: str, provider: str, *, after: str = "", limit: int
) -> tuple[list[Login], bool]:
    """The logins of one provider, sorted by user, after that one; and whether there are more."""
    return tx.page(Login, _SUBJECTS, limit, identity_id=identity_id, provider=provider, after=after)


def link(tx: Transaction, login: Login) -> None:
    """Links a login to its identity. Raises Conflict when it is linked to one."""
    tx.run(LOGINS.insert(), structs.asdict(login))
    touch = IDENTITIES.update().where(IDENTITIES.c.id == login.identity_id)
    tx.run(touch, {"known": True, "modified": tx.at})


def unlink(tx: Transaction, login: Login) -> None:
    """Ends the link."""
    tx.run(
        LOGINS.delete().where(
            LOGINS.c.pool_id == login.pool_id,
            LOGINS.c.provider == login.provider,
            LOGINS.c.subject == login.subject,
        )
    )
    tx.run(IDENTITIES.update().where(IDENTITIES.c.id == login.identity_id), {"modified": tx.at})


def remove(tx: Transaction, identity: Identity) -> None:
    """Removes an identity with its links."""
    tx.run(LOGINS.delete().where(LOGINS.c.identity_id == identity.id))
    tx.run(IDENTITIES.delete().where(IDENTITIES.c.id == identity.id))


def remove_all(tx: Transaction, pool_id: str) -> None:
    """Removes all identities of a pool."""
    tx.run(LOGINS.delete().where(LOGINS.c.pool_id == pool_id))
    tx.run(IDENTITIES.delete().where(IDENTITIES.c.pool_id == pool_id))
