"""SSH public keys of users. No decision depends on them."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, bindparam, select

from watchword.store.iam.access_keys import ACTIVE
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

SSH_PUBLIC_KEYS = Table(
    "ssh_public_keys",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("user_id", CodepointText, ForeignKey("users.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("fingerprint", CodepointText, nullable=False),
    Column("digest", CodepointText, nullable=False),
    Column("status", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    UniqueConstraint("user_id", "digest"),
)


class SshPublicKey(Struct, frozen=True):
    """A public key; `id` is APKA..., `body` the key as it was uploaded.

    fingerprint: MD5, as people compare it. digest: SHA-256, which tells whether two keys are the same.
    """

    id: str
    account: str
    user_id: str
    body: str
    fingerprint: str
    digest: str
    created: datetime
    status: str = ACTIVE


_OF_USER = (
    select(*columns(SSH_PUBLIC_KEYS, SshPublicKey))
    .where(SSH_PUBLIC_KEYS.c.user_id == bindparam("user_id"))
    .order_by(SSH_PUBLIC_KEYS.c.id)
)


def insert(tx: Transaction, key: SshPublicKey) -> None:
    """Raises Conflict when the user has that key."""
    tx.run(SSH_PUBLIC_KEYS.insert(), structs.asdict(key))


def of_user(tx: Transaction, user_id: str) -> list[SshPublicKey]:
    """All keys of the user, sorted by id. A quota keeps them few."""
    return tx.all(SshPublicKey, _OF_USER, user_id=user_id)


def set_status(tx: Transaction, key: SshPublicKey, status: str) -> None:
    """Makes the key Active or Inactive."""
    tx.run(SSH_PUBLIC_KEYS.update().where(SSH_PUBLIC_KEYS.c.id == key.id), {"status": status})


def remove(tx: Transaction, key: SshPublicKey) -> None:
    """Removes the key."""
    tx.run(SSH_PUBLIC_KEYS.delete().where(SSH_PUBLIC_KEYS.c.id == key.id))
