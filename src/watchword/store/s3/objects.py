"""Versions of objects, a row each. Their bytes are a blob (`watchword.objects`), named in `blob`.

1. Keys are bytes (UTF-8), sorted as S3 sorts them, byte by byte, on both engines.
2. `rank` puts the versions of a key in order: each new one gets a lower number than all others. So the newest
   is the first in the unique index of ranks, for every key, and that is the current version. There is no
   flag to move from row to row.
3. The index is also what makes a change atomic (optimistic concurrency, compare-and-append): of two writers
   that saw the same newest version one takes the next rank, and the other is told that it is taken.
4. A bucket without versioning has one row for a key, the version `UNVERSIONED`.
5. A delete marker is a row without bytes: its `blob` is empty.

Decisions can depend on the tags of a row, but they read it each time, as it is now. So rows have no topic,
and writers can run beside each other. `listing` lists current versions, `version_listing` all of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    literal_column,
    select,
)

from watchword.store.direct import CONSTANT
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
"""The version of what was put while the bucket had no versioning, or none any more: the null version."""

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
    Column("rank", BigInteger, nullable=False),
    Column("marker", Boolean, nullable=False),
    Column("lock_mode", CodepointText),
    Column("retain_until", Timestamp),
    Column("legal_hold", Boolean),
    Column("owner", CodepointText),
    Column("acl", CodepointText),
    Column("customer_key", CodepointText),
    Index("ix_objects_rank", "bucket_id", "key", "rank", unique=True),
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
    rank: int = -1
    """Its place among the versions of its key: see rule 2."""
    marker: bool = False
    """Whether it is a delete marker."""
    lock_mode: str | None = None
    """GOVERNANCE or COMPLIANCE, until `retain_until`: see `locks`."""
    retain_until: datetime | None = None
    legal_hold: bool | None = None
    """None where nothing was ever said of it."""
    owner: str | None = None
    """The account that owns it, None where that is the bucket's; without effect where ACLs are disabled."""
    acl: str | None = None
    """Its ACL, None where only the owner has a grant."""
    customer_key: str | None = None
    """What is kept of the customer's key that its bytes are encrypted with: `proofs.customer_key`."""


ALL = select(*columns(OBJECTS, Object))
_THERE = (
    OBJECTS.c.bucket_id == bindparam("bucket_id"),
    OBJECTS.c.key == bindparam("key"),
    OBJECTS.c.version == bindparam("version"),
)
_AT = ALL.where(*_THERE).execution_options(**CONSTANT)
_CURRENT = (
    ALL.where(*_THERE[:2])
    .order_by(OBJECTS.c.rank)
    .limit(literal_column("1", Integer))  # as text: a point reader binds what it is given
    .offset(literal_column("0", Integer))
    .execution_options(**CONSTANT)
)
TAKE = OBJECTS.delete().where(*_THERE).returning(*columns(OBJECTS, Object)).execution_options(**CONSTANT)
_TAKE_THIS = TAKE.where(OBJECTS.c.blob == bindparam("blob"))
_ANY = select(OBJECTS.c.bucket_id).where(OBJECTS.c.bucket_id == bindparam("bucket_id")).limit(1)
_SOME = select(OBJECTS.c.blob).where(OBJECTS.c.blob != "").limit(20)
_FAMILY = select(OBJECTS.c.blob).where(OBJECTS.c.blob >= bindparam("low"), OBJECTS.c.blob < bindparam("high"))
_NAMED = select(OBJECTS.c.blob).where(OBJECTS.c.blob.in_(bindparam("blobs", expanding=True)))


def append(tx: Transaction, new: Object) -> bool:
    """Adds a version, unless there is one of that name or rank: returns whether it was added.

    Raises StillReferenced when its bucket is gone.
    """
    return tx.run(insert_new(OBJECTS), {name: getattr(new, name) for name in Object.__slots__}) > 0


def at(tx: Reader, bucket_id: str, key: bytes, version: str = "") -> Object | None:
    """That version of the key, or the current one; None when there is none. It may be a delete marker."""
    if version:
        return tx.one(Object, _AT, bucket_id=bucket_id, key=key, version=version)
    return tx.one(Object, _CURRENT, bucket_id=bucket_id, key=key)


def remove(
    tx: Transaction, bucket_id: str, key: bytes, version: str = UNVERSIONED, *, blob: str | None = None
) -> Object | None:
    """Removes a version and returns it; with `blob`, only if it has that blob."""
    where = {"bucket_id": bucket_id, "key": key, "version": version}
    if blob is None:
        return tx.take(Object, TAKE, **where)
    return tx.take(Object, _TAKE_THIS, **where, blob=blob)


def set_tags(tx: Transaction, seen: Object, tags: Mapping[str, str]) -> bool:
    """Gives the object other tags. False if it, or its tags, aren't what was seen any more."""
    return tx.run(OBJECTS.update().where(*_is(seen), OBJECTS.c.tags == seen.tags), {"tags": tags}) > 0


def set_acl(tx: Transaction, seen: Object, acl: str) -> bool:
    """Gives the object another ACL. False if it, or its ACL, isn't what was seen any more."""
    return tx.run(OBJECTS.update().where(*_is(seen), OBJECTS.c.acl == seen.acl), {"acl": acl}) > 0


def _is(seen: Object) -> tuple[ColumnElement[bool], ...]:
    return (
        OBJECTS.c.bucket_id == seen.bucket_id,
        OBJECTS.c.key == seen.key,
        OBJECTS.c.version == seen.version,
        OBJECTS.c.blob == seen.blob,
    )


def any_in(tx: Transaction, bucket_id: str) -> bool:
    """Whether the bucket has any version or delete marker."""
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
