"""Multipart uploads under way: the key and the description that their object will have. See also `parts`.

An id sorts by the moment it was made at. Nothing of an upload is an object yet, no decision depends on it,
and writers may run beside each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, bindparam, select, tuple_

from watchword.store.s3 import parts
from watchword.store.tables import METADATA, CodepointText, JsonStrings, Timestamp, columns
from watchword.store.transaction import Transaction

AT_ONCE = 1000
"""Rows that are read together."""

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
    Index("ix_uploads_bucket_id", "bucket_id", "key", "id"),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload; `by` is the ARN of who began it, `algorithm` empty where no checksum is kept."""

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
    """Raises StillReferenced without its bucket."""
    tx.run(UPLOADS.insert(), asdict(upload))


def at(tx: Transaction, bucket_id: str, key: bytes, upload_id: str) -> Upload | None:
    """The upload of that id, if it is for that key; None when there is none."""
    if "\0" in upload_id:
        return None  # no id holds a NUL, and PostgreSQL can't even be asked
    return tx.one(Upload, _AT, bucket_id=bucket_id, key=key, id=upload_id)


def from_key(tx: Transaction, bucket_id: str, low: bytes) -> Iterator[Upload]:
    """All of the bucket whose keys are not less than `low`, by key and id; read as asked for."""
    after = ""
    while found := tx.all(Upload, _FROM_KEY, bucket_id=bucket_id, low=low, after=after):
        yield from found
        low, after = found[-1].key, found[-1].id


def remove(tx: Transaction, upload_id: str) -> list[str] | None:
    """Ends an upload; returns the blobs of its parts, None when it has ended already.

    Raises StillReferenced when a part came meanwhile.
    """
    blobs = parts.remove_all(tx, upload_id)
    return blobs if tx.run(_REMOVE, {"id": upload_id}) else None


def remove_all(tx: Transaction, bucket_id: str) -> None:
    """Ends all uploads to a bucket."""
    for upload_id in tx.all(str, _IDS, bucket_id=bucket_id):
        remove(tx, upload_id)
