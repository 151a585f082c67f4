"""Unfinished multipart uploads: the key and the headers that the object will have. See also `parts`.

Ids sort by time. An upload isn't an object yet: no decision depends on it, and writers can run beside each
other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text, bindparam, select, tuple_

from watchword.store.s3 import parts
from watchword.store.tables import METADATA, CodepointText, JsonStrings, Timestamp, columns
from watchword.store.transaction import Transaction

AT_ONCE = 1000
"""Rows that are read at once."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("bucket_id", CodepointText, ForeignKey("buckets.id"), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("begun", Timestamp, nullable=False),
    Column("by", Text, nullable=False),
    Column("algorithm", CodepointText, nullable=False),
    Column("checksum_type", CodepointText, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("headers", JsonStrings, nullable=False),
    Column("metadata", JsonStrings, nullable=False),
    Column("tags", JsonStrings, nullable=False, server_default="{}"),
    Column("lock_mode", CodepointText),
    Column("retain_until", Timestamp),
    Column("legal_hold", Boolean),
    Column("owner", CodepointText),
    Column("acl", CodepointText),
    Column("customer_key", CodepointText),
    Index("ix_uploads_bucket_id", "bucket_id", "key", "id"),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload; `by` is the ARN of its initiator, `algorithm` is empty without checksums."""

    id: str
    bucket_id: str
    key: bytes
    begun: datetime
    by: str
    algorithm: str = ""
    checksum_type: str = ""
    content_type: str = "binary/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    lock_mode: str | None = None
    retain_until: datetime | None = None
    legal_hold: bool | None = None
    owner: str | None = None
    acl: str | None = None
    """Owner and ACL of the object to be."""
    customer_key: str | None = None
    """What is kept of the customer's key that all parts must have: `proofs.customer_key`."""


_ALL = select(*columns(UPLOADS, Upload))
_OF_BUCKET = UPLOADS.c.bucket_id == bindparam("bucket_id")
_THERE = (UPLOADS.c.id == bindparam("id"), _OF_BUCKET, UPLOADS.c.key == bindparam("key"))
_AT = _ALL.where(*_THERE)
_ORDER = (UPLOADS.c.key, UPLOADS.c.id)
_AFTER = tuple_(*_ORDER) > tuple_(bindparam("low"), bindparam("after"))
_FROM_KEY = _ALL.where(_OF_BUCKET, _AFTER).order_by(*_ORDER).limit(AT_ONCE)
_REMOVE = UPLOADS.delete().where(UPLOADS.c.id == bindparam("id"))
_IDS = select(UPLOADS.c.id).where(_OF_BUCKET)


def insert(tx: Transaction, upload: Upload) -> None:
    """Adds an upload. Raises StillReferenced when its bucket is gone."""
    tx.run(UPLOADS.insert(), asdict(upload))


def at(tx: Transaction, bucket_id: str, key: bytes, upload_id: str) -> Upload | None:
    """The upload with that id, if it is for that key; None when there is none."""
    if "\0" in upload_id:
        return None  # no id has a NUL, and PostgreSQL accepts none in a query
    return tx.one(Upload, _AT, bucket_id=bucket_id, key=key, id=upload_id)


def from_key(tx: Transaction, bucket_id: str, low: bytes, after: str = "") -> Iterator[Upload]:
    """All uploads to the bucket from the key `low` on, sorted by key and id; read while you iterate.

    after: of that key, only uploads with ids beyond.
    """
    while found := tx.all(Upload, _FROM_KEY, bucket_id=bucket_id, low=low, after=after):
        yield from found
        low, after = found[-1].key, found[-1].id


def remove(tx: Transaction, upload_id: str) -> list[str] | None:
    """Removes an upload, and returns the blobs of its parts; None when there is no such upload.

    Raises StillReferenced when another part arrived meanwhile.
    """
    blobs = parts.remove_all(tx, upload_id)
    return blobs if tx.run(_REMOVE, {"id": upload_id}) else None


def remove_all(tx: Transaction, bucket_id: str) -> None:
    """Removes all uploads to a bucket."""
    for upload_id in tx.all(str, _IDS, bucket_id=bucket_id):
        remove(tx, upload_id)
