"""The keys that seal session tokens and secrets, themselves sealed under the root key.

Wrapping and unwrapping them belongs to `watchword.proofs.keyring`.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, LargeBinary, Table, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Topic, Transaction

WHOLE = Topic("keyring", "*")
"""The topic of every change here: who uses the keyring reads all of it."""

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


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it rests. An active key may seal; a retired one opens what it once sealed."""

    id: str
    sealed: bytes
    created: datetime
    state: str = ACTIVE


_ALL = select(*columns(KEYRING, WrappedKey)).order_by(KEYRING.c.created, KEYRING.c.id)


def insert(tx: Transaction, key: WrappedKey) -> None:
    """Adds a key; from now on the newest active one seals."""
    tx.run(KEYRING.insert(), asdict(key))
    tx.changed(*WHOLE)


def all_keys(tx: Transaction) -> list[WrappedKey]:
    """Every key, oldest first."""
    return tx.all(WrappedKey, _ALL)


def retire(tx: Transaction, key: WrappedKey) -> None:
    """It seals no more."""
    tx.run(KEYRING.update().where(KEYRING.c.id == key.id), {"state": RETIRED})
    tx.changed(*WHOLE)
