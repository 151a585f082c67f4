"""What a bucket was told to be: one document for each setting that was made, such as its CORS rules.

A document is text; what is in it belongs to the service. Decisions can depend on a setting, so each change
tells the bucket's topic. The tags of a bucket are in `watchword.store.tags`, its policy in `buckets`.
"""

from dataclasses import dataclass

from sqlalchemy import Column, ForeignKey, Table, Text, bindparam, select

from watchword.store.s3.buckets import Bucket
from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

BUCKET_SETTINGS = Table(
    "bucket_settings",
    METADATA,
    Column("bucket_id", CodepointText, ForeignKey("buckets.id"), primary_key=True),
    Column("name", CodepointText, primary_key=True),
    Column("document", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a bucket."""

    bucket_id: str
    name: str
    document: str


_OF = BUCKET_SETTINGS.c.bucket_id == bindparam("of_bucket")
_ALL = select(*columns(BUCKET_SETTINGS, Setting)).where(_OF)
_NAMED = select(*columns(BUCKET_SETTINGS, Setting)).where(BUCKET_SETTINGS.c.name == bindparam("named"))
_DELETE_ALL = BUCKET_SETTINGS.delete().where(_OF)
_DELETE = _DELETE_ALL.where(BUCKET_SETTINGS.c.name == bindparam("named"))


def put(tx: Transaction, bucket: Bucket, name: str, document: str | None) -> None:
    """Makes a setting, in place of the one of that name; None removes it."""
    tx.run(_DELETE, {"of_bucket": bucket.id, "named": name})
    if document is not None:
        tx.run(BUCKET_SETTINGS.insert(), {"bucket_id": bucket.id, "name": name, "document": document})
    tx.changed("bucket", bucket.id, bucket.account)


def of(tx: Transaction, bucket_id: str) -> dict[str, str]:
    """All settings of a bucket: name -> document."""
    return {each.name: each.document for each in tx.all(Setting, _ALL, of_bucket=bucket_id)}


def named(tx: Transaction, name: str) -> list[Setting]:
    """That setting of all buckets that have it."""
    return tx.all(Setting, _NAMED, named=name)


def remove_all(tx: Transaction, bucket: Bucket) -> None:
    """Removes all settings of a bucket that is being removed."""
    tx.run(_DELETE_ALL, {"of_bucket": bucket.id})
    tx.changed("bucket", bucket.id, bucket.account)
