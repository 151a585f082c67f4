"""Sessions of people in the access portal. What somebody holds of one is in `secrets`.

A session has the form of an access key's id, so that what revokes sessions revokes these too. When it ends,
its row goes, and all that was held of it with the row (the foreign key says so). It goes with its person in
the same way. No decision depends on one.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction


class Stage(StrEnum):
    """How far somebody has come."""

    LINK = "link"
    """They have the link by which they set their password."""
    STEP = "step"
    """Their password was right, and a code is asked for."""
    IN = "in"


def of_person(*, primary_key: bool = False) -> Column[str]:
    """The column of a table whose rows go with the person."""
    there = ForeignKey("directory_users.id", ondelete="CASCADE")
    return Column("user_id", CodepointText, there, primary_key=primary_key, nullable=False)


PORTAL_SESSIONS = Table(
    "portal_sessions",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("directory", CodepointText, nullable=False),
    of_person(),
    Column("password_set", Timestamp),
    Column("mfa_at", Timestamp),
    Column("source", CodepointText, nullable=False),
    Column("stage", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False, index=True),
    Index("ix_portal_sessions_user_id", "user_id"),
)


@dataclass(frozen=True, slots=True)
class PortalSession:
    """A session; `account` is the one that has the instance of Identity Center, `directory` the instance's.

    `source` is the address that somebody came from, `stage` how far. `password_set` says since when the
    password is theirs that they signed in with, `mfa_at` when they gave a code.
    """

    id: str
    account: str
    directory: str
    user_id: str
    source: str
    stage: str
    created: datetime
    expires: datetime
    password_set: datetime | None = None
    mfa_at: datetime | None = None


def of_session(*, nullable: bool = False) -> Column[str]:
    """The column of a table whose rows go with their session."""
    there = ForeignKey(PORTAL_SESSIONS.c.id, ondelete="CASCADE")
    return Column("session", CodepointText, there, nullable=nullable, index=True)


_ALL = select(*columns(PORTAL_SESSIONS, PortalSession))
_BY_ID = _ALL.where(PORTAL_SESSIONS.c.id == bindparam("id"))
_ALIVE = _ALL.where(
    PORTAL_SESSIONS.c.stage == Stage.IN.value, PORTAL_SESSIONS.c.expires > bindparam("now")
).order_by(PORTAL_SESSIONS.c.created)


def insert(tx: Transaction, session: PortalSession) -> None:
    """Adds one, and forgets those that have expired."""
    tx.run(PORTAL_SESSIONS.delete().where(PORTAL_SESSIONS.c.expires <= tx.at))
    tx.run(PORTAL_SESSIONS.insert(), asdict(session))


def by_id(tx: Transaction, session_id: str) -> PortalSession | None:
    """The one with that id, expired or not."""
    return tx.one(PortalSession, _BY_ID, id=session_id)


def alive(tx: Transaction, now: datetime) -> list[PortalSession]:
    """All of people who are in, that haven't expired, the oldest first."""
    return tx.all(PortalSession, _ALIVE, now=now)


def remove(tx: Transaction, session_id: str) -> None:
    """Ends a session, with all that is held of it."""
    tx.run(PORTAL_SESSIONS.delete().where(PORTAL_SESSIONS.c.id == session_id))


def remove_all(tx: Transaction, user_id: str) -> None:
    """Ends all of a user."""
    tx.run(PORTAL_SESSIONS.delete().where(PORTAL_SESSIONS.c.user_id == user_id))
