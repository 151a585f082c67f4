"""All objects and all parts of all buckets, page by page, for those who look at each: checks and backups.

A page is a snapshot of its own, so what changes meanwhile is seen as it was or as it is.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, select, tuple_

from watchword.store.s3.buckets import BUCKETS
from watchword.store.s3.objects import ALL, OBJECTS, Object
from watchword.store.s3.parts import PARTS, Part
from watchword.store.s3.uploads import UPLOADS
from watchword.store.tables import columns
from watchword.store.transaction import Transaction

AT_ONCE = 200
"""Rows of a page."""


class Place(NamedTuple):
    """The place of a version in the order of all, which is that of the primary key."""

    bucket_id: str = ""
    key: bytes = b""
    version: str = ""


_ORDER = (OBJECTS.c.bucket_id, OBJECTS.c.key, OBJECTS.c.version)
_AFTER = tuple_(*_ORDER) > tuple_(bindparam("bucket_id"), bindparam("key"), bindparam("version"))
_OBJECTS = ALL.where(_AFTER).order_by(*_ORDER).limit(AT_ONCE)
_PARTS_AFTER = tuple_(PARTS.c.upload_id, PARTS.c.number) > tuple_(bindparam("upload_id"), bindparam("number"))
_PARTS = (
    select(*columns(PARTS, Part))
    .where(_PARTS_AFTER)
    .order_by(PARTS.c.upload_id, PARTS.c.number)
    .limit(AT_ONCE)
)
_NAME = select(BUCKETS.c.name).where(BUCKETS.c.id == bindparam("id"))
_KEY_OF_UPLOAD = select(UPLOADS.c.customer_key).where(
    UPLOADS.c.id == bindparam("id"), UPLOADS.c.customer_key.is_not(None)
)
_OF_PART = select(PARTS.c.blob).where(
    PARTS.c.upload_id == bindparam("upload_id"), PARTS.c.number == bindparam("number")
)


def objects_after(tx: Transaction, place: Place) -> list[Object]:
    """The next page of objects; empty at the end."""
    return tx.all(Object, _OBJECTS, **place._asdict())


def parts_after(tx: Transaction, upload_id: str, number: int) -> list[Part]:
    """The next page of parts; empty at the end."""
    return tx.all(Part, _PARTS, upload_id=upload_id, number=number)


def blob_of_part(tx: Transaction, upload_id: str, number: int) -> str | None:
    """The blob that a part has now."""
    return tx.one(str, _OF_PART, upload_id=upload_id, number=number)


def customer_key(tx: Transaction, upload_id: str) -> str | None:
    """What is kept of the customer's key of an upload, None if it has none."""
    return tx.one(str, _KEY_OF_UPLOAD, id=upload_id)


def bucket_name(tx: Transaction, bucket_id: str) -> str:
    """The name of a bucket; its id if it is gone."""
    return tx.one(str, _NAME, id=bucket_id) or bucket_id
