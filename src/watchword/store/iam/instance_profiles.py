"""Instance profiles of an account. Each has at most one role, for a machine."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, ForeignKey, bindparam

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.fold import fold
from watchword.store.iam.entities import Entities, entity_table
from watchword.store.tables import CodepointText
from watchword.store.transaction import Transaction

INSTANCE_PROFILES = entity_table(
    "instance_profiles", Column("role_id", CodepointText, ForeignKey("roles.id"), index=True)
)


class InstanceProfile(Struct, frozen=True):
    """An instance profile; `id` is AIPA..., `role_id` None while it has no role."""

    id: str
    account: str
    name: str
    path: str
    created: datetime
    partition: str = "aws"
    role_id: str | None = None

    @property
    def arn(self) -> str:
        return str(EntityArn(self.partition, self.account, nouns.INSTANCE_PROFILE, self.path, self.name))


_entities = Entities(nouns.INSTANCE_PROFILE, INSTANCE_PROFILES, InstanceProfile)
insert = _entities.insert
insert_all = _entities.insert_all
overwrite = _entities.overwrite
by_ids = _entities.by_ids
by_names = _entities.by_names
named = _entities.named
page = _entities.page
count = _entities.count
remove = _entities.remove

_OF_ROLE = (
    _entities.rows.where(INSTANCE_PROFILES.c.role_id == bindparam("role_id"))
    .where(INSTANCE_PROFILES.c.folded > bindparam("folded"))
    .order_by(INSTANCE_PROFILES.c.folded)
)
_OF_ROLES = _entities.rows.where(
    INSTANCE_PROFILES.c.role_id.in_(bindparam("role_ids", expanding=True))
).order_by(INSTANCE_PROFILES.c.folded)


def page_of_role(
    tx: Transaction, role_id: str, *, after: str = "", limit: int
) -> tuple[list[InstanceProfile], bool]:
    """Instance profiles with the role, sorted by name, after the name `after`; and whether there are more."""
    return tx.page(InstanceProfile, _OF_ROLE, limit, role_id=role_id, folded=fold(after))


def of_roles(tx: Transaction, role_ids: Sequence[str]) -> list[InstanceProfile]:
    """All instance profiles with one of these roles, sorted by name."""
    return tx.all(InstanceProfile, _OF_ROLES, role_ids=role_ids)


def set_role(tx: Transaction, profile: InstanceProfile, role_id: str | None) -> None:
    """Sets its role, or removes it."""
    _entities.update(tx, profile, role_id=role_id)
