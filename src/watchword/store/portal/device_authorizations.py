"""Device authorizations: a program waits until somebody says yes to it in a browser.

The program has the device code, and shows the person a user code. Digests of both are kept. Who says yes
gives their session to the program. No decision depends on one.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, LargeBinary, Table, bindparam, func, select

from watchword.store.portal.sessions import of_session
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

DEVICE_AUTHORIZATIONS = Table(
    "device_authorizations",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("user_code", LargeBinary, nullable=False, unique=True),
    Column("client", LargeBinary, nullable=False),
    Column("client_name", CodepointText, nullable=False),
    Column("directory", CodepointText, nullable=False),
    Column("source", CodepointText, nullable=False, index=True),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False, index=True),
    Column("polled", Timestamp),
    of_session(nullable=True),
    Column("denied", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """One of them; `id` is the digest of its device code, `client` that of the client's id.

    `directory` is that of the people who can say yes, `source` the address that asked. `session` is the one
    of who said yes, None before; `denied` says that somebody said no.
    """

    id: bytes
    user_code: bytes
    client: bytes
    client_name: str
    directory: str
    source: str
    created: datetime
    expires: datetime
    polled: datetime | None = None
    session: str | None = None
    denied: bool = False

    @property
    def decided(self) -> bool:
        """Whether somebody has said yes or no."""
        return self.denied or self.session is not None


_ALL = select(*columns(DEVICE_AUTHORIZATIONS, DeviceAuthorization))
_OF = _ALL.where(DEVICE_AUTHORIZATIONS.c.id == bindparam("id"))
_OF_USER_CODE = _ALL.where(DEVICE_AUTHORIZATIONS.c.user_code == bindparam("user_code"))
_ONE = DEVICE_AUTHORIZATIONS.c.id == bindparam("key")
_COUNT = select(func.count()).select_from(DEVICE_AUTHORIZATIONS)
_TAKE = (
    DEVICE_AUTHORIZATIONS.delete()
    .where(DEVICE_AUTHORIZATIONS.c.id == bindparam("id"))
    .returning(*columns(DEVICE_AUTHORIZATIONS, DeviceAuthorization))
)


def insert(tx: Transaction, authorization: DeviceAuthorization) -> None:
    """Adds one. Raises Conflict if another one has its user code."""
    tx.run(DEVICE_AUTHORIZATIONS.insert(), asdict(authorization))


def forget_expired(tx: Transaction, before: datetime) -> None:
    """Removes those that expired before that moment."""
    tx.run(DEVICE_AUTHORIZATIONS.delete().where(DEVICE_AUTHORIZATIONS.c.expires <= before))


def of(tx: Transaction, digest: bytes) -> DeviceAuthorization | None:
    """The one whose device code has that digest, expired or not."""
    return tx.one(DeviceAuthorization, _OF, id=digest)


def of_user_code(tx: Transaction, digest: bytes) -> DeviceAuthorization | None:
    """The one whose user code has that digest, expired or not."""
    return tx.one(DeviceAuthorization, _OF_USER_CODE, user_code=digest)


def count(tx: Transaction) -> int:
    """How many there are."""
    return tx.number(_COUNT)


def count_of(tx: Transaction, source: str) -> int:
    """How many an address has asked for."""
    return tx.number(_COUNT.where(DEVICE_AUTHORIZATIONS.c.source == bindparam("source")), source=source)


def decide(tx: Transaction, authorization: DeviceAuthorization, session: str | None) -> None:
    """Somebody says yes, with their session, or no."""
    values = {"key": authorization.id, "session": session, "denied": session is None}
    tx.run(DEVICE_AUTHORIZATIONS.update().where(_ONE), values)


def note_poll(tx: Transaction, authorization: DeviceAuthorization) -> None:
    """The program has asked for its token."""
    tx.run(DEVICE_AUTHORIZATIONS.update().where(_ONE), {"key": authorization.id, "polled": tx.at})


def take(tx: Transaction, digest: bytes) -> DeviceAuthorization | None:
    """The one whose device code has that digest, which is then gone: of two takers at once, one gets it."""
    return tx.take(DeviceAuthorization, _TAKE, id=digest)
