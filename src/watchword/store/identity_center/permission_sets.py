"""Permission sets: what somebody may do in an account, to be provisioned there as a role.

`revision` goes up with each change of what the role is made of. So a role that has an older one isn't the
latest.
Source: IAM Identity Center API Reference, PermissionSet and its policies.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from watchword.names import nouns
from watchword.store import tags
from watchword.store.identity_center.instances import Instance
from watchword.store.tables import METADATA, CodepointText, Strings, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.PERMISSION_SET

PERMISSION_SETS = Table(
    "permission_sets",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("instance_id", CodepointText, ForeignKey("identity_center_instances.id"), nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("description", Text, nullable=False),
    Column("duration", CodepointText, nullable=False),
    Column("relay_state", CodepointText, nullable=False),
    Column("inline", Text, nullable=False),
    Column("managed", Strings, nullable=False),
    Column("customer_managed", Strings, nullable=False),
    Column("boundary", CodepointText, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("instance_id", "name"),
)
_T = PERMISSION_SETS.c


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """A set; `duration` is that of sessions, in ISO 8601.

    `managed` are ARNs of AWS's policies. `customer_managed` are path and name of policies that each account
    has, such as /team/Read. `boundary` is either; empty for none.
    """

    id: str
    instance_id: str
    name: str
    created: datetime
    description: str = ""
    duration: str = "PT1H"
    relay_state: str = ""
    inline: str = ""
    managed: tuple[str, ...] = ()
    customer_managed: tuple[str, ...] = ()
    boundary: str = ""
    revision: int = 1

    def arn(self, partition: str) -> str:
        return _arn(partition, self.instance_id, self.id)


_ALL = select(*columns(PERMISSION_SETS, PermissionSet))
_OF_INSTANCE = _ALL.where(_T.instance_id == bindparam("instance_id"))
_BY_ID = _OF_INSTANCE.where(_T.id == bindparam("id"))
_NAMED = _OF_INSTANCE.where(_T.name == bindparam("name"))
_PAGE = _OF_INSTANCE.where(_T.id > bindparam("after")).order_by(_T.id)
_COUNT = select(func.count()).select_from(PERMISSION_SETS).where(_T.instance_id == bindparam("instance_id"))


def arn_of(instance: Instance, set_id: str) -> str:
    """Of the set of that id in the instance."""
    return _arn(instance.partition, instance.id, set_id)


def insert(tx: Transaction, permission_set: PermissionSet) -> None:
    """Raises Conflict when the instance has one of that name."""
    tx.run(PERMISSION_SETS.insert(), asdict(permission_set))
    tx.changed(KIND, permission_set.id)


def by_id(tx: Transaction, instance_id: str, set_id: str) -> PermissionSet | None:
    """The set of that id in that instance."""
    return tx.one(PermissionSet, _BY_ID, instance_id=instance_id, id=set_id)


def named(tx: Transaction, instance_id: str, name: str) -> PermissionSet | None:
    return tx.one(PermissionSet, _NAMED, instance_id=instance_id, name=name)


def page(
    tx: Transaction, instance_id: str, *, after: str = "", limit: int
) -> tuple[list[PermissionSet], bool]:
    """Sets sorted by id, after that id; and whether there are more."""
    return tx.page(PermissionSet, _PAGE, limit, instance_id=instance_id, after=after)


def count(tx: Transaction, instance_id: str) -> int:
    return tx.number(_COUNT, instance_id=instance_id)


def revise(tx: Transaction, permission_set: PermissionSet) -> None:
    """Replaces the one with that id by its next revision."""
    row = asdict(replace(permission_set, revision=permission_set.revision + 1))
    tx.run(PERMISSION_SETS.update().where(_T.id == permission_set.id), row)
    tx.changed(KIND, permission_set.id)


def all_of(tx: Transaction, instance: Instance) -> list[PermissionSet]:
    """All of an instance, in any order."""
    return tx.all(PermissionSet, _OF_INSTANCE, instance_id=instance.id)


def remove(tx: Transaction, permission_set: PermissionSet) -> None:
    """Removes it and its tags. Raises StillReferenced while it is assigned or provisioned."""
    tx.run(PERMISSION_SETS.delete().where(_T.id == permission_set.id))
    tags.remove_all(tx, KIND, permission_set.id)
    tx.changed(KIND, permission_set.id)


def _arn(partition: str, instance_id: str, set_id: str) -> str:
    return f"arn:{partition}:sso:::permissionSet/{instance_id}/{set_id}"
