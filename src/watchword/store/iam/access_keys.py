"""Access keys of users and of root users. Their secrets are sealed before they are stored."""

from datetime import datetime, timedelta

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, LargeBinary, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns, unused_since
from watchword.store.transaction import Transaction

ACTIVE = "Active"
INACTIVE = "Inactive"

ACCESS_KEYS = Table(
    "access_keys",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False, index=True),
    Column("partition", CodepointText, nullable=False),
    Column("user_id", CodepointText, ForeignKey("users.id"), index=True),
    Column("secret", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
    Column("status", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("last_used", Timestamp),
    Column("last_used_region", CodepointText),
    Column("last_used_service", CodepointText),
)


class AccessKey(Struct, frozen=True):
    """A long-term key; `id` is AKIA..., `user_id` None for a root user, `secret` sealed by `sealing_key`."""

    id: str
    account: str
    user_id: str | None
    secret: bytes
    sealing_key: str
    created: datetime
    status: str = ACTIVE
    partition: str = "aws"
    last_used: datetime | None = None
    last_used_region: str | None = None
    last_used_service: str | None = None

    @property
    def active(self) -> bool:
        return self.status == ACTIVE

    def __repr__(self) -> str:
        """Without the secret, though it is sealed."""
        return f"AccessKey({self.id}, {self.status})"


_ALL = select(*columns(ACCESS_KEYS, AccessKey)).order_by(ACCESS_KEYS.c.created, ACCESS_KEYS.c.id)
_BY_ID = _ALL.where(ACCESS_KEYS.c.id == bindparam("id"))
_OF_USER = _ALL.where(ACCESS_KEYS.c.user_id == bindparam("user_id"))
_OF_ROOT = _ALL.where(ACCESS_KEYS.c.account == bindparam("account"), ACCESS_KEYS.c.user_id.is_(None))
_OF_ACCOUNT = _ALL.where(ACCESS_KEYS.c.account == bindparam("account"))
_TO_RESEAL = _ALL.where(ACCESS_KEYS.c.sealing_key != bindparam("sealing_key"))


def insert(tx: Transaction, key: AccessKey) -> None:
    """Adds a key. Raises Conflict when there is a key with that id."""
    tx.run(ACCESS_KEYS.insert(), structs.asdict(key))
    tx.changed("access_key", key.id, key.account)


def by_id(tx: Transaction, key_id: str) -> AccessKey | None:
    """The key with that id, None when there is none."""
    return tx.one(AccessKey, _BY_ID, id=key_id)


def of_user(tx: Transaction, user_id: str) -> list[AccessKey]:
    """All keys of the user, oldest first. A quota keeps them few."""
    return tx.all(AccessKey, _OF_USER, user_id=user_id)


def of_root(tx: Transaction, account: str) -> list[AccessKey]:
    """All keys of the account's root user, oldest first."""
    return tx.all(AccessKey, _OF_ROOT, account=account)


def of_account(tx: Transaction, account: str) -> list[AccessKey]:
    """All keys of all users of the account and of its root user, oldest first."""
    return tx.all(AccessKey, _OF_ACCOUNT, account=account)


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[AccessKey], bool]:
    """Keys that another key than `sealing_key` has sealed; and whether there are more."""
    return tx.page(AccessKey, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, key: AccessKey, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed secret by the same secret, sealed by another key."""
    _update(tx, key, secret=sealed, sealing_key=sealing_key)


def set_status(tx: Transaction, key: AccessKey, status: str) -> None:
    """Makes the key Active or Inactive."""
    _update(tx, key, status=status)


def note_use(
    tx: Transaction, key_id: str, at: datetime, span: timedelta, *, region: str, service: str
) -> None:
    """Sets the last use, unless the stored one is less than `span` older. No decision depends on it."""
    last = {"last_used": at, "last_used_region": region, "last_used_service": service}
    due = unused_since(ACCESS_KEYS.c.last_used, at - span)
    tx.run(ACCESS_KEYS.update().where(ACCESS_KEYS.c.id == key_id, due), last)


def remove(tx: Transaction, key: AccessKey) -> None:
    """Removes the key. Its id is never reused."""
    tx.run(ACCESS_KEYS.delete().where(ACCESS_KEYS.c.id == key.id))
    tx.changed("access_key", key.id, key.account)


def _update(tx: Transaction, key: AccessKey, **values: object) -> None:
    tx.run(ACCESS_KEYS.update().where(ACCESS_KEYS.c.id == key.id), values)
    tx.changed("access_key", key.id, key.account)
