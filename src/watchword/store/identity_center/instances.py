"""Instances of Identity Center: each has people and permission sets. An account owns one at most.

An instance of the management account is the organization's: whether it is follows from who owns it.
Source: IAM Identity Center API Reference, InstanceMetadata.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Table, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.IDENTITY_CENTER

INSTANCES = Table(
    "identity_center_instances",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("directory", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("partition", CodepointText, nullable=False),
    UniqueConstraint("account"),
    UniqueConstraint("directory"),
)


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance; `id` is ssoins-..., `directory` the id of its identity store, d-..."""

    id: str
    account: str
    region: str
    directory: str
    name: str
    created: datetime
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:sso:::instance/{self.id}"

    @property
    def directory_arn(self) -> str:
        return f"arn:{self.partition}:identitystore::{self.account}:identitystore/{self.directory}"


_ALL = select(*columns(INSTANCES, Instance))
_BY_ID = _ALL.where(INSTANCES.c.id == bindparam("id"))
_OF_ACCOUNT = _ALL.where(INSTANCES.c.account == bindparam("account"))
_OF_DIRECTORY = _ALL.where(INSTANCES.c.directory == bindparam("directory"))
_EARLIEST = _ALL.order_by(INSTANCES.c.created, INSTANCES.c.id).limit(1)


def insert(tx: Transaction, instance: Instance) -> None:
    """Raises Conflict when the account has one."""
    tx.run(INSTANCES.insert(), asdict(instance))
    _changed(tx, instance)


def by_id(tx: Transaction, instance_id: str) -> Instance | None:
    return tx.one(Instance, _BY_ID, id=instance_id)


def of_account(tx: Transaction, account: str) -> Instance | None:
    """The one that the account owns."""
    return tx.one(Instance, _OF_ACCOUNT, account=account)


def of_directory(tx: Transaction, directory: str) -> Instance | None:
    """The one that has that identity store."""
    return tx.one(Instance, _OF_DIRECTORY, directory=directory)


def earliest(tx: Transaction) -> Instance | None:
    """The one that was made first; None while there is none."""
    return tx.one(Instance, _EARLIEST)


def rename(tx: Transaction, instance: Instance, name: str) -> None:
    tx.run(INSTANCES.update().where(INSTANCES.c.id == instance.id), {"name": name})
    _changed(tx, instance)


def remove(tx: Transaction, instance: Instance) -> None:
    """Removes it and its tags. Raises StillReferenced while anything of it is left."""
    tx.run(INSTANCES.delete().where(INSTANCES.c.id == instance.id))
    tags.remove_all(tx, KIND, instance.id)
    _changed(tx, instance)


def _changed(tx: Transaction, instance: Instance) -> None:
    tx.changed(KIND, instance.id, instance.account)
