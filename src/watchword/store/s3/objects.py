"""Objects of a bucket, a row each. Their bytes are a blob (`watchword.objects`), named in `blob`.

Keys are bytes (UTF-8), sorted as S3 sorts them, byte by byte, on both engines. Decisions can depend on the
tags of a row, but they read it each time, as it is now. So rows have no topic, and writers can run beside
each other. `listing` lists them.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text, bindparam, select

from watchword.store.tables import (
    METADATA,
    CodepointText,
    JsonStrings,
    Numbers,
    Timestamp,
    columns,
    insert_new,
)
from watchword.store.transaction import Reader, Transaction

UNVERSIONED = "null"

OBJECTS = Table(
    "objects",
    METADATA,
    Column("bucket_id", CodepointText, ForeignKey("buckets.id"), primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("version", CodepointText, primary_key=True),
    Column("blob", CodepointText, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("etag", CodepointText, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("headers", JsonStrings, nullable=False),
    Column("metadata", JsonStrings, nullable=False),
    Column("checksums", JsonStrings, nullable=False),
    Column("modified", Timestamp, nullable=False),
    Column("parts", Numbers),
    Column("upload", CodepointText),
    Column("tags", JsonStrings, nullable=False, server_default="{}"),
)


@dataclass(frozen=True, slots=True)
class Object:
    """An object; `headers` are its system headers, `metadata` the user's, without x-amz-meta-."""

    bucket_id: str
    key: bytes
    blob: str
    size: int
    etag: str
    modified: datetime
    content_type: str = "binary/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    version: str = UNVERSIONED
    parts: tuple[int, ...] = ()
    """The sizes of its parts, if it was uploaded in parts."""
    upload: str | None = None
    """Id of the multipart upload it came from, so that completing that again gives the same answer."""
    tags: Mapping[str, str] = field(default_factory=dict)


ALL = select(*columns(OBJECTS, Object))
_THERE = (
    OBJECTS.c.bucket_id == bindparam("bucket_id"),
    OBJECTS.c.key == bindparam("key"),
    OBJECTS.c.version == bindparam("version"),
)
_AT = ALL.where(*_THERE)
_TAKE = OBJECTS.delete().where(*_THERE).returning(*columns(OBJECTS, Object))
_TAKE_THIS = _TAKE.where(OBJECTS.c.blob == bindparam("blob"))
_ANY = select(OBJECTS.c.bucket_id).where(OBJECTS.c.bucket_id == bindparam("bucket_id")).limit(1)
_SOME = select(OBJECTS.c.blob).where(OBJECTS.c.blob != "").limit(20)
_FAMILY = select(OBJECTS.c.blob).where(OBJECTS.c.blob >= bindparam("low"), OBJECTS.c.blob < bindparam("high"))
_NAMED = select(OBJECTS.c.blob).where(OBJECTS.c.blob.in_(bindparam("blobs", expanding=True)))


def put(tx: Transaction, new: Object) -> list[Object]:
    """Puts the object under its key, and returns the objects that it replaced.

    There can be two: another writer may put the same key between the two statements. Raises StillReferenced
    when its bucket is gone.
    """
    replaced: list[Object] = []
    while True:
        old = remove(tx, new.bucket_id, new.key, new.version)
        replaced += [old] if old else []
        if tx.run(insert_new(OBJECTS), asdict(new)):
            return replaced


def at(tx: Reader, bucket_id: str, key: bytes, version: str = UNVERSIONED) -> Object | None:
    """The object of that key, None when there is none."""
    return tx.one(Object, _AT, bucket_id=bucket_id, key=key, version=version)


def remove(
    tx: Transaction, bucket_id: str, key: bytes, version: str = UNVERSIONED, *, blob: str | None = None
) -> Object | None:
    """Removes the object and returns it; with `blob`, only an object that has that blob."""
    where = {"bucket_id": bucket_id, "key": key, "version": version}
    if blob is None:
        return tx.take(Object, _TAKE, **where)
    return tx.take(Object, _TAKE_THIS, **where, blob=blob)


def set_tags(tx: Transaction, seen: Object, tags: Mapping[str, str]) -> bool:
    """Gives the object other tags. False if it, or its tags, aren't what was seen any more."""
    row = (
        OBJECTS.c.bucket_id == seen.bucket_id,
        OBJECTS.c.key == seen.key,
        OBJECTS.c.version == seen.version,
    )
    same = (OBJECTS.c.blob == seen.blob, OBJECTS.c.tags == seen.tags)
    return tx.run(OBJECTS.update().where(*row, *same), {"tags": tags}) > 0


def any_in(tx: Transaction, bucket_id: str) -> bool:
    """Whether the bucket has any object."""
    return tx.one(str, _ANY, bucket_id=bucket_id) is not None


def blobs_in_use(tx: Transaction, blobs: Collection[str]) -> list[str]:
    """Those of the blobs that belong to an object."""
    return tx.all(str, _NAMED, blobs=list(blobs))


def some_blobs(tx: Transaction) -> list[str]:
    """Blobs of a few objects; none only if there are no objects."""
    return tx.all(str, _SOME)


def blobs_of_family(tx: Transaction, family: str) -> list[str]:
    """The blobs of objects whose names begin with the family and a dot."""
    return tx.all(str, _FAMILY, low=f"{family}.", high=f"{family}/")
