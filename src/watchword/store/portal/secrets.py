"""What somebody holds of a session of the portal. Each is known by a secret; a digest is kept.

    link      a one-time link, by which a person sets their password      good once
    step      the password was right, the MFA code is missing             in a cookie
    browser   a session of the portal's pages                             in a cookie
    grant     a code for a program that asked a browser                   good once
    access    the bearer token of a program
    refresh   what a program gets the next access token with

`access.portal` has the rules.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, LargeBinary, Table, bindparam, func, select

from watchword.store.portal.sessions import of_session
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction


class Kind(StrEnum):
    """What the secret is good for."""

    LINK = "link"
    STEP = "step"
    BROWSER = "browser"
    GRANT = "grant"
    ACCESS = "access"
    REFRESH = "refresh"


PORTAL_SECRETS = Table(
    "portal_secrets",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("kind", CodepointText, nullable=False),
    of_session(),
    Column("bound_to", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False, index=True),
    Column("used", Timestamp),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A secret that somebody holds; `id` is its SHA-256.

    `bound_to` is what must be shown beside it, empty for nothing; `used` is when a refresh token was used.
    """

    id: bytes
    kind: str
    session: str
    created: datetime
    expires: datetime
    bound_to: str = ""
    used: datetime | None = None


_OF = select(*columns(PORTAL_SECRETS, Held)).where(
    PORTAL_SECRETS.c.id == bindparam("id"), PORTAL_SECRETS.c.kind == bindparam("kind")
)
_TAKE = (
    PORTAL_SECRETS.delete()
    .where(PORTAL_SECRETS.c.id == bindparam("id"), PORTAL_SECRETS.c.kind == bindparam("kind"))
    .returning(*columns(PORTAL_SECRETS, Held))
)
_COUNT = (
    select(func.count()).select_from(PORTAL_SECRETS).where(PORTAL_SECRETS.c.session == bindparam("session"))
)


def insert(tx: Transaction, held: Held) -> None:
    """Adds one, and forgets those that have expired."""
    tx.run(PORTAL_SECRETS.delete().where(PORTAL_SECRETS.c.expires <= tx.at))
    tx.run(PORTAL_SECRETS.insert(), asdict(held))


def of(tx: Transaction, digest: bytes, kind: Kind) -> Held | None:
    """The one of that kind with that digest, expired or not."""
    return tx.one(Held, _OF, id=digest, kind=kind.value)


def take(tx: Transaction, digest: bytes, kind: Kind) -> Held | None:
    """The same, which is then gone: of two takers at once, one gets it."""
    return tx.take(Held, _TAKE, id=digest, kind=kind.value)


def note_use(tx: Transaction, held: Held) -> None:
    """A refresh token is used, for the first time."""
    there = PORTAL_SECRETS.c.id == bindparam("key")
    tx.run(PORTAL_SECRETS.update().where(there), {"key": held.id, "used": tx.at})


def count(tx: Transaction, session_id: str) -> int:
    """How many are held of a session."""
    return tx.number(_COUNT, session=session_id)
