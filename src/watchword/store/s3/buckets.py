"""Buckets. A name is unique in its partition, over all accounts."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint, bindparam, select

from watchword.store.direct import CONSTANT
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

BUCKETS = Table(
    "buckets",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("partition", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("account", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("policy", Text),
    Column("versioning", CodepointText, nullable=False),
    Column("object_lock", Text),
    UniqueConstraint("partition", "name"),
    Index("ix_buckets_account", "account", "name"),
)


NEVER, ENABLED, SUSPENDED = "", "Enabled", "Suspended"
"""States of versioning. A bucket that had it once never gets back to NEVER."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; `policy` is its policy's text, `versioning` one of the three states.

    `object_lock` is the text of its default retention; None where versions can't be locked.
    """

    id: str
    name: str
    account: str
    region: str
    created: datetime
    partition: str = "aws"
    policy: str | None = None
    versioning: str = NEVER
    object_lock: str | None = None


_ALL = select(*columns(BUCKETS, Bucket))
_NAMED = _ALL.where(BUCKETS.c.partition == bindparam("partition"), BUCKETS.c.name == bindparam("name"))
_PAGE = _ALL.where(BUCKETS.c.account == bindparam("account"), BUCKETS.c.name > bindparam("after")).order_by(
    BUCKETS.c.name
)

_VERSIONING = (
    select(BUCKETS.c.versioning).where(BUCKETS.c.id == bindparam("id")).execution_options(**CONSTANT)
)


def insert(tx: Transaction, bucket: Bucket) -> None:
    """Adds a bucket. Raises Conflict when any account of the partition has a bucket of that name."""
    tx.run(BUCKETS.insert(), asdict(bucket))
    tx.changed("bucket", bucket.id, bucket.account)


def named(tx: Transaction, name: str, partition: str = "aws") -> Bucket | None:
    """The bucket of that name, of any account, None when there is none."""
    return tx.one(Bucket, _NAMED, partition=partition, name=name)


def page(tx: Transaction, account: str, *, after: str = "", limit: int) -> tuple[list[Bucket], bool]:
    """Buckets sorted by name, after the name `after`; and whether there are more."""
    return tx.page(Bucket, _PAGE, limit, account=account, after=after)


def set_policy(tx: Transaction, bucket: Bucket, policy: str | None) -> None:
    """Sets the bucket policy, or removes it."""
    tx.run(BUCKETS.update().where(BUCKETS.c.id == bucket.id), {"policy": policy})
    tx.changed("bucket", bucket.id, bucket.account)


def set_versioning(tx: Transaction, bucket: Bucket, state: str) -> bool:
    """Sets the state of versioning. False where it can't be: with object lock it stays enabled."""
    update = BUCKETS.update().where(BUCKETS.c.id == bucket.id)
    if state != ENABLED:
        update = update.where(BUCKETS.c.object_lock.is_(None))
    tx.changed("bucket", bucket.id, bucket.account)
    return tx.run(update, {"versioning": state}) > 0


def set_object_lock(tx: Transaction, bucket: Bucket, default: str) -> bool:
    """Turns object lock on, with that default retention. False while versioning isn't enabled."""
    update = BUCKETS.update().where(BUCKETS.c.id == bucket.id, BUCKETS.c.versioning == ENABLED)
    tx.changed("bucket", bucket.id, bucket.account)
    return tx.run(update, {"object_lock": default}) > 0


def versioning(tx: Transaction, bucket_id: str) -> str | None:
    """The state of versioning as this transaction sees it, None when the bucket is gone."""
    return tx.one(str, _VERSIONING, id=bucket_id)


def remove(tx: Transaction, bucket: Bucket) -> None:
    """Removes the bucket. Raises StillReferenced while there are objects in it."""
    tx.run(BUCKETS.delete().where(BUCKETS.c.id == bucket.id))
    tx.changed("bucket", bucket.id, bucket.account)
