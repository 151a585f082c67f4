"""Buckets. A name is unique in its partition, over all accounts."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint, bindparam, select

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
    UniqueConstraint("partition", "name"),
    Index("ix_buckets_account", "account", "name"),
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; `policy` is its policy's text."""

    id: str
    name: str
    account: str
    region: str
    created: datetime
    partition: str = "aws"
    policy: str | None = None


_ALL = select(*columns(BUCKETS, Bucket))
_NAMED = _ALL.where(BUCKETS.c.partition == bindparam("partition"), BUCKETS.c.name == bindparam("name"))
_PAGE = _ALL.where(BUCKETS.c.account == bindparam("account"), BUCKETS.c.name > bindparam("after")).order_by(
    BUCKETS.c.name
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


def remove(tx: Transaction, bucket: Bucket) -> None:
    """Removes the bucket. Raises StillReferenced while there are objects in it."""
    tx.run(BUCKETS.delete().where(BUCKETS.c.id == bucket.id))
    tx.changed("bucket", bucket.id, bucket.account)
