"""Virtual MFA devices of an account, and the users that they are assigned to.

A seed is sealed before it is stored. Path and name together are unique, whatever the case. A device is found
by its serial number, which is its ARN, as it was made.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.fold import fold
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

MFA_DEVICES = Table(
    "mfa_devices",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("path", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("folded", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
    Column("drift", Integer, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("enabled", Timestamp),
    Column("user_id", CodepointText, ForeignKey("users.id"), index=True),
    UniqueConstraint("account", "folded"),
)


@dataclass(frozen=True, slots=True)
class MfaDevice:
    """A device; `seed` is sealed by `sealing_key`.

    `user_id` is the user that it is assigned to, since `enabled`; both are None for an unassigned one.
    `drift` and `last_step` are what is known of its clock (`watchword.proofs.mfa`).
    """

    id: str
    account: str
    name: str
    path: str
    created: datetime
    seed: bytes = field(repr=False)
    sealing_key: str
    partition: str = "aws"
    drift: int = 0
    last_step: int = -1
    enabled: datetime | None = None
    user_id: str | None = None

    @property
    def arn(self) -> str:
        """Its serial number."""
        return str(EntityArn(self.partition, self.account, nouns.MFA, self.path, self.name))

    @property
    def whole_name(self) -> str:
        """Path and name."""
        return f"{self.path}{self.name}"


_ALL = select(*columns(MFA_DEVICES, MfaDevice)).order_by(MFA_DEVICES.c.folded)
_HERE = MFA_DEVICES.c.account == bindparam("account")
_BY_ID = _ALL.where(MFA_DEVICES.c.id == bindparam("id"))
_NAMED = _ALL.where(_HERE, MFA_DEVICES.c.folded == bindparam("folded"))
_PAGE = _ALL.where(_HERE, MFA_DEVICES.c.folded > bindparam("folded"))
_ASSIGNED = MFA_DEVICES.c.user_id.is_not(None)
_OF_USER = _ALL.where(MFA_DEVICES.c.user_id == bindparam("user_id"))
_USERS = select(MFA_DEVICES.c.user_id).where(_HERE, _ASSIGNED).distinct()
_TO_RESEAL = _ALL.where(MFA_DEVICES.c.sealing_key != bindparam("sealing_key"))
_COUNT = select(func.count()).select_from(MFA_DEVICES).where(_HERE)
_WANTED: dict[bool | None, tuple[ColumnElement[bool], ...]] = {
    None: (),
    True: (_ASSIGNED,),
    False: (MFA_DEVICES.c.user_id.is_(None),),
}


def insert(tx: Transaction, device: MfaDevice) -> None:
    """Raises Conflict when the account has a device of that path and name, whatever the case."""
    row = {name: getattr(device, name) for name in MfaDevice.__slots__}
    tx.run(MFA_DEVICES.insert(), row | {"folded": fold(device.whole_name)})
    _changed(tx, device)


def by_id(tx: Transaction, device_id: str) -> MfaDevice | None:
    """The device with that id, None when there is none."""
    return tx.one(MfaDevice, _BY_ID, id=device_id)


def named(tx: Transaction, account: str, path: str, name: str) -> MfaDevice | None:
    """The device of that path and name, whatever the case, None when there is none."""
    return tx.one(MfaDevice, _NAMED, account=account, folded=fold(f"{path}{name}"))


def by_serial(tx: Transaction, account: str, serial: str) -> MfaDevice | None:
    """The account's device of exactly that serial number, None when there is none."""
    arn = EntityArn.parse(serial, nouns.MFA)
    device = named(tx, account, arn.path, arn.name) if arn else None
    return device if device and device.arn == serial else None


def page(
    tx: Transaction, account: str, *, assigned: bool | None = None, after: str = "", limit: int
) -> tuple[list[MfaDevice], bool]:
    """Devices sorted by path and name, after the one so called; and whether there are more.

    assigned: only those that are, or only those that aren't.
    """
    statement = _PAGE.where(*_WANTED[assigned])
    return tx.page(MfaDevice, statement, limit, account=account, folded=fold(after))


def of_user(tx: Transaction, user_id: str) -> list[MfaDevice]:
    """The devices of a user, sorted by path and name. A quota keeps them few."""
    return tx.all(MfaDevice, _OF_USER, user_id=user_id)


def users_with_one(tx: Transaction, account: str) -> set[str]:
    """The ids of the users of an account who have a device."""
    return set(tx.all(str, _USERS, account=account))


def count(tx: Transaction, account: str) -> int:
    """How many the account has."""
    return tx.number(_COUNT, account=account)


def count_assigned(tx: Transaction, account: str) -> int:
    """How many of them are assigned to a user."""
    return tx.number(_COUNT.where(_ASSIGNED), account=account)


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[MfaDevice], bool]:
    """Devices whose seed another key than `sealing_key` has sealed; and whether there are more."""
    return tx.page(MfaDevice, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, device: MfaDevice, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed seed by the same seed, sealed by another key."""
    _update(tx, device, seed=sealed, sealing_key=sealing_key)


def synchronise(tx: Transaction, device: MfaDevice, *, drift: int, last_step: int) -> None:
    """Sets what is known of its clock."""
    _update(tx, device, drift=drift, last_step=last_step)


def assign(tx: Transaction, device: MfaDevice, user_id: str) -> None:
    """Assigns it to a user."""
    _update(tx, device, enabled=tx.at, user_id=user_id)


def unassign(tx: Transaction, device: MfaDevice) -> None:
    """Takes it from its user. What is known of its clock stays, so no code can be used again."""
    _update(tx, device, enabled=None, user_id=None)


def remove(tx: Transaction, device: MfaDevice) -> None:
    """Removes it."""
    tx.run(MFA_DEVICES.delete().where(MFA_DEVICES.c.id == device.id))
    _changed(tx, device)


def _update(tx: Transaction, device: MfaDevice, **values: object) -> None:
    tx.run(MFA_DEVICES.update().where(MFA_DEVICES.c.id == device.id), values)


def _changed(tx: Transaction, device: MfaDevice) -> None:
    tx.changed(nouns.MFA, device.id, device.account)
