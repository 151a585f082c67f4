"""Authenticator apps of people of IAM Identity Center: one each. It goes with its person.

The seed is sealed (`identity.portal.seeds`). No decision depends on it.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, bindparam, select

from watchword.store.portal.sessions import of_person
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

AUTHENTICATORS = Table(
    "portal_authenticators",
    METADATA,
    of_person(primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
    Column("created", Timestamp, nullable=False),
    Column("in_use", Boolean, nullable=False),
    Column("drift", Integer, nullable=False),
    Column("last_step", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An app; it is in use once a code was right. `drift` and `last_step` are `proofs.mfa.Synchrony`."""

    user_id: str
    seed: bytes = field(repr=False)
    sealing_key: str
    created: datetime
    in_use: bool = False
    drift: int = 0
    last_step: int = -1


_ALL = select(*columns(AUTHENTICATORS, Authenticator))
_OF = _ALL.where(AUTHENTICATORS.c.user_id == bindparam("user_id"))
_BY_OTHERS = _ALL.where(AUTHENTICATORS.c.sealing_key != bindparam("key")).order_by(AUTHENTICATORS.c.user_id)
_OWN = AUTHENTICATORS.c.user_id == bindparam("owner")


def of(tx: Transaction, user_id: str) -> Authenticator | None:
    """A person's app, None when there is none."""
    return tx.one(Authenticator, _OF, user_id=user_id)


def put(tx: Transaction, authenticator: Authenticator) -> None:
    """Sets it, in place of the one before."""
    remove(tx, authenticator.user_id)
    tx.run(AUTHENTICATORS.insert(), asdict(authenticator))


def synchronise(tx: Transaction, authenticator: Authenticator, *, drift: int, last_step: int) -> None:
    """A code was right: it is in use, and so much is known of its clock."""
    values = {"owner": authenticator.user_id, "in_use": True, "drift": drift, "last_step": last_step}
    tx.run(AUTHENTICATORS.update().where(_OWN), values)


def remove(tx: Transaction, user_id: str) -> None:
    tx.run(AUTHENTICATORS.delete().where(_OWN), {"owner": user_id})


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[Authenticator], bool]:
    """Some whose seed is sealed by another key than that one, and whether there are more."""
    return tx.page(Authenticator, _BY_OTHERS, limit, key=sealing_key)


def reseal(tx: Transaction, authenticator: Authenticator, *, sealed: bytes, sealing_key: str) -> None:
    """The same seed, sealed by another key."""
    values = {"owner": authenticator.user_id, "seed": sealed, "sealing_key": sealing_key}
    tx.run(AUTHENTICATORS.update().where(_OWN), values)
