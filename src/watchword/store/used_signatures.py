"""Signatures that were used, while a second use is to be refused.

No decision depends on them and each stands for itself, so writing one waits for no other change. About one
use in 64 also deletes those whose signatures are too old to be used again.
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

_PAST = USED_SIGNATURES.delete().where(USED_SIGNATURES.c.until < bindparam("now"))
_SELDOM = 4
"""First bytes of an identity, of 256, at which the past is dropped."""


def insert(tx: Transaction, identity: bytes, until: datetime, now: datetime) -> None:
    """Raises Conflict when it was used before."""
    if identity[0] < _SELDOM:
        remove_expired(tx, now)
    tx.run(USED_SIGNATURES.insert(), {"identity": identity, "until": until})


def remove_expired(tx: Transaction, now: datetime) -> None:
    """Deletes those whose signatures are too old to be used again."""
    tx.run(_PAST, {"now": now})
