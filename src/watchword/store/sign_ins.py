"""Sign-ins: what somebody holds who signed in, or is about to. Each is known by a secret; a digest is kept.

    link       the administrator's one-time link                        good once
    code       the password was right, the MFA code is missing          in a cookie
    password   right as well, but another password must be set first    in a cookie
    browser    a session of the console                                 in a cookie
    grant      a code for a program that asked a browser to sign in     good once
    federation what a program has of temporary credentials, for a person good once
    refresh    what that program has instead of a cookie                in its cache

`access.sign_ins` has the rules. No decision depends on a sign-in: it is looked up in the database whenever it
is shown, so one that ended is worth nothing on any node.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, LargeBinary, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction


class Kind(StrEnum):
    """What the secret is good for."""

    LINK = "link"
    CODE = "code"
    PASSWORD = "password"  # noqa: S105 a kind
    BROWSER = "browser"
    GRANT = "grant"
    REFRESH = "refresh"
    FEDERATION = "federation"


SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("kind", CodepointText, nullable=False),
    Column("user_id", CodepointText),
    Column("password_set", Timestamp),
    Column("token", CodepointText, nullable=False),
    Column("role_token", CodepointText, nullable=False),
    Column("bound_to", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in; `id` is the SHA-256 of its secret, `token` the sealed session of who signed in.

    `user_id` and `password_set` are of somebody who signed in by a password: which one, and since when it is
    theirs.
    """

    id: bytes
    kind: str
    token: str = field(repr=False)
    created: datetime
    expires: datetime
    user_id: str | None = None
    password_set: datetime | None = None
    role_token: str = field(default="", repr=False)
    """The sealed session of the role that they switched to; empty for none."""
    bound_to: str = ""
    """What must be shown beside the secret; empty for nothing."""


_OF = select(*columns(SIGN_INS, SignIn)).where(
    SIGN_INS.c.id == bindparam("id"), SIGN_INS.c.kind == bindparam("kind")
)
_TAKE = (
    SIGN_INS.delete()
    .where(SIGN_INS.c.id == bindparam("id"), SIGN_INS.c.kind == bindparam("kind"))
    .returning(*columns(SIGN_INS, SignIn))
)


def insert(tx: Transaction, sign_in: SignIn) -> None:
    """Adds one, and forgets those that have expired."""
    tx.run(SIGN_INS.delete().where(SIGN_INS.c.expires <= tx.at))
    tx.run(SIGN_INS.insert(), asdict(sign_in))


def of(tx: Transaction, digest: bytes, kind: Kind) -> SignIn | None:
    """The one of that kind whose secret has that digest, expired or not."""
    return tx.one(SignIn, _OF, id=digest, kind=kind.value)


def take(tx: Transaction, digest: bytes, kind: Kind) -> SignIn | None:
    """The same, which is then gone: of two takers at once, one gets it."""
    return tx.take(SignIn, _TAKE, id=digest, kind=kind.value)


def remove(tx: Transaction, digest: bytes) -> None:
    """Ends the one whose secret has that digest, whatever its kind."""
    tx.run(SIGN_INS.delete().where(SIGN_INS.c.id == digest))
