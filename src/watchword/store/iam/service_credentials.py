"""Service-specific credentials of users: a name and a password, or an API key, for one service each.

A secret is shown once, when it is made. The store has only its SHA-256: secrets are long and random, so
nobody can guess one, and no slow hash is needed.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, LargeBinary, Table, UniqueConstraint, bindparam, or_, select

from watchword.store.iam.access_keys import ACTIVE
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = "service_credential"
"""The kind of their topics."""

SERVICE_CREDENTIALS = Table(
    "service_credentials",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("user_id", CodepointText, ForeignKey("users.id"), nullable=False, index=True),
    Column("service", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("status", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp),
    UniqueConstraint("account", "service", "name"),
)


class ServiceCredential(Struct, frozen=True):
    """A credential; `id` is ACCA..., `service` such as codecommit.amazonaws.com, `expires` None for never."""

    id: str
    account: str
    user_id: str
    service: str
    name: str
    secret_digest: bytes
    created: datetime
    expires: datetime | None = None
    status: str = ACTIVE

    def __repr__(self) -> str:
        """Without the digest of the secret."""
        return f"ServiceCredential({self.id}, {self.status})"


_ALL = select(*columns(SERVICE_CREDENTIALS, ServiceCredential)).order_by(SERVICE_CREDENTIALS.c.id)
_BY_ID = _ALL.where(SERVICE_CREDENTIALS.c.id == bindparam("id"))
_OF_USER = _ALL.where(SERVICE_CREDENTIALS.c.user_id == bindparam("user_id"))
_HERE = _ALL.where(SERVICE_CREDENTIALS.c.account == bindparam("account"))
_NAMED = _HERE.where(
    SERVICE_CREDENTIALS.c.service == bindparam("service"), SERVICE_CREDENTIALS.c.name == bindparam("name")
)
_PAGE = _HERE.where(
    SERVICE_CREDENTIALS.c.id > bindparam("after"),
    or_(bindparam("service") == "", SERVICE_CREDENTIALS.c.service == bindparam("service")),
)


def insert(tx: Transaction, credential: ServiceCredential) -> None:
    """Raises Conflict when the account has a credential of that name for that service."""
    tx.run(SERVICE_CREDENTIALS.insert(), structs.asdict(credential))
    tx.changed(KIND, credential.id, credential.account)


def by_id(tx: Transaction, credential_id: str) -> ServiceCredential | None:
    """The credential with that id, None when there is none."""
    return tx.one(ServiceCredential, _BY_ID, id=credential_id)


def of_user(tx: Transaction, user_id: str) -> list[ServiceCredential]:
    """All credentials of the user, sorted by id. A quota keeps them few."""
    return tx.all(ServiceCredential, _OF_USER, user_id=user_id)


def named(tx: Transaction, account: str, service: str, name: str) -> ServiceCredential | None:
    """The account's credential of that name for that service, None when there is none."""
    return tx.one(ServiceCredential, _NAMED, account=account, service=service, name=name)


def page(
    tx: Transaction, account: str, *, service: str = "", after: str = "", limit: int
) -> tuple[list[ServiceCredential], bool]:
    """Credentials of all users, or those for one service, after the id `after`; whether there are more."""
    return tx.page(ServiceCredential, _PAGE, limit, account=account, service=service, after=after)


def set_status(tx: Transaction, credential: ServiceCredential, status: str) -> None:
    """Makes the credential Active or Inactive."""
    _update(tx, credential, status=status)


def set_secret(tx: Transaction, credential: ServiceCredential, secret_digest: bytes) -> None:
    """Replaces the secret."""
    _update(tx, credential, secret_digest=secret_digest)


def remove(tx: Transaction, credential: ServiceCredential) -> None:
    """Removes the credential. Its id is never reused."""
    tx.run(SERVICE_CREDENTIALS.delete().where(SERVICE_CREDENTIALS.c.id == credential.id))
    tx.changed(KIND, credential.id, credential.account)


def _update(tx: Transaction, credential: ServiceCredential, **values: object) -> None:
    tx.run(SERVICE_CREDENTIALS.update().where(SERVICE_CREDENTIALS.c.id == credential.id), values)
    tx.changed(KIND, credential.id, credential.account)
