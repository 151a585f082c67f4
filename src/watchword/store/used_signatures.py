"""Signatures and SAML assertions that were used, so that a replay is refused.

They have no topic and don't depend on each other, so a write doesn't wait for other changes. About one
write in 64 also deletes signatures that have expired.
"""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, Table, bindparam

from watchword.store.tables import METADATA, Timestamp
from watchword.store.transaction import Transaction

USED_SIGNATURES = Table(
    "used_signatures",
    METADATA,
    Column("identity", LargeBinary, primary_key=True),
    Column("until", Timestamp, nullable=False, index=True),
)

_EXPIRED = USED_SIGNATURES.delete().where(USED_SIGNATURES.c.until < bindparam("now"))
_CLEANS_BELOW = 4
"""A write whose identity has a first byte below this, of 256, also deletes what has expired."""


def insert(tx: Transaction, identity: bytes, until: datetime, now: datetime) -> None:
    """Raises Conflict when it was used before."""
    if identity[0] < _CLEANS_BELOW:
        remove_expired(tx, now)
    tx.run(USED_SIGNATURES.insert(), {"identity": identity, "until": until})


def remove_expired(tx: Transaction, now: datetime) -> None:
    """Deletes signatures that have expired and can't be used again."""
    tx.run(_EXPIRED, {"now": now})
