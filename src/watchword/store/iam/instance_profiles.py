"""Instance profiles of an account: each holds one role at most, for a machine to have."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, bindparam, select

from watchword.store.iam.entities import after_name, count_of, entity_table, of_that_name
from watchword.store.tables import CodepointText, columns, fold
from watchword.store.transaction import Transaction

KIND = "instance-profile"

INSTANCE_PROFILES = entity_table(
    "instance_profiles", Column("role_id", CodepointText, ForeignKey("roles.id"), index=True)
)


@dataclass(frozen=True, slots=True)
class InstanceProfile:
    """An instance profile; `id` is AIPA..., `role_id` None while it is empty."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    partition: str = "aws"
    role_id: str | None = None


_ALL = select(*columns(INSTANCE_PROFILES, InstanceProfile))
_NAMED = _ALL.where(*of_that_name(INSTANCE_PROFILES))
_PAGE = _ALL.where(*after_name(INSTANCE_PROFILES)).order_by(INSTANCE_PROFILES.c.folded)
_OF_ROLE = (
    _ALL.where(INSTANCE_PROFILES.c.role_id == bindparam("role_id"))
    .where(INSTANCE_PROFILES.c.folded > bindparam("folded"))
    .order_by(INSTANCE_PROFILES.c.folded)
)
_COUNT = count_of(INSTANCE_PROFILES)


def insert(tx: Transaction, profile: InstanceProfile) -> None:
    """Raises Conflict when the account has an instance profile of that name."""
    tx.run(INSTANCE_PROFILES.insert(), asdict(profile) | {"folded": fold(profile.name)})
    tx.changed(KIND, profile.id, profile.account)


def named(tx: Transaction, account: str, name: str) -> InstanceProfile | None:
    """The instance profile of that name in whatever case, None when there is none."""
    return tx.one(InstanceProfile, _NAMED, account=account, folded=fold(name))


def page(
    tx: Transaction, account: str, *, path_prefix: str = "/", after: str = "", limit: int
) -> tuple[list[InstanceProfile], bool]:
    """In the order of their names, after the name given; and whether there are more."""
    return tx.page(InstanceProfile, _PAGE, limit, account=account, prefix=path_prefix, folded=fold(after))


def page_of_role(
    tx: Transaction, role_id: str, *, after: str = "", limit: int
) -> tuple[list[InstanceProfile], bool]:
    """Those that hold the role, in the order of their names, after the name given; and whether more do."""
    return tx.page(InstanceProfile, _OF_ROLE, limit, role_id=role_id, folded=fold(after))


def count(tx: Transaction, account: str) -> int:
    """How many instance profiles the account has."""
    return tx.number(_COUNT, account=account)


def fill(tx: Transaction, profile: InstanceProfile, role_id: str | None) -> None:
    """Puts a role into it, or takes it out."""
    here = INSTANCE_PROFILES.c.id == profile.id
    tx.run(INSTANCE_PROFILES.update().where(here), {"role_id": role_id})
    tx.changed(KIND, profile.id, profile.account)


def remove(tx: Transaction, profile: InstanceProfile) -> None:
    """Removes the row alone."""
    tx.run(INSTANCE_PROFILES.delete().where(INSTANCE_PROFILES.c.id == profile.id))
    tx.changed(KIND, profile.id, profile.account)
