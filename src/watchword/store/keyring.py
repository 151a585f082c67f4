"""The keyring: keys that seal session tokens and secrets, wrapped (sealed) under the root key.

`watchword.proofs.keyring` wraps and unwraps them.
"""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, LargeBinary, Table, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Topic, Transaction

WHOLE = Topic("keyring", "*")
"""The topic of every change here, since the keyring is always read as a whole."""

ACTIVE = "active"
RETIRED = "retired"

KEYRING = Table(
    "keyring",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("state", CodepointText, nullable=False),
)


class WrappedKey(Struct, frozen=True):
    """A wrapped key. An active key can seal and open; a retired one only opens what it has sealed."""

    id: str
    sealed: bytes
    created: datetime
    state: str = ACTIVE


_ALL = select(*columns(KEYRING, WrappedKey)).order_by(KEYRING.c.created, KEYRING.c.id)


def insert(tx: Transaction, key: WrappedKey) -> None:
    """Adds a key. The newest active key seals."""
    tx.run(KEYRING.insert(), structs.asdict(key))
    tx.changed(*WHOLE)


def all_keys(tx: Transaction) -> list[WrappedKey]:
    """Every key, oldest first."""
    return tx.all(WrappedKey, _ALL)


def retire(tx: Transaction, key: WrappedKey) -> None:
    """Makes the key a retired one."""
    tx.run(KEYRING.update().where(KEYRING.c.id == key.id), {"state": RETIRED})
    tx.changed(*WHOLE)
