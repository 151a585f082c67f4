"""The check of all objects: bytes without a row, rows without bytes, bytes that aren't what was stored.

It goes on while the server serves. What was replaced or deleted while it was looked at isn't wrong: the row
is read again before anything is said of it. It changes nothing: `sweep` deletes what no row names.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from watchword.objects import Objects
from watchword.services.s3.upkeep.proof import examine
from watchword.store import Database
from watchword.store.s3 import inventory
from watchword.store.s3 import objects as rows
from watchword.store.s3.inventory import Place
from watchword.store.s3.objects import Object
from watchword.store.s3.parts import Part

YOUNG = timedelta(hours=1)
"""Younger bytes without a row may belong to an upload under way."""
ORPHAN = "orphan"

InUse = Callable[[list[str]], Iterable[str]]


class Finding(NamedTuple):
    """Something that is wrong."""

    kind: str
    blob: str
    size: int
    bucket: str = ""
    key: str = ""
    version: str = ""
    part: int = 0


class Step(NamedTuple):
    """A step of the check: bytes that were read, the object that is done with it, what is wrong with that."""

    read: int = 0
    done: Place | None = None
    finding: Finding | None = None


def objects_from(database: Database, objects: Objects, place: Place) -> Iterator[Step]:
    """Checks all objects after a place."""
    while True:
        with database.read() as tx:
            page = inventory.objects_after(tx, place)
        for row in page:
            place = Place(row.bucket_id, row.key, row.version)
            if row.blob:  # a delete marker has none
                wrong = yield from _reading(objects, row)
                if wrong and _still(database, row):
                    yield Step(finding=_of_object(database, wrong, row))
            yield Step(done=place)
        if not page:
            return


def parts(database: Database, objects: Objects) -> Iterator[Step]:
    """Checks all parts of unfinished uploads."""
    upload_id, number = "", 0
    while True:
        with database.read() as tx:
            page = inventory.parts_after(tx, upload_id, number)
            keys = {each: inventory.customer_key(tx, each) for each in {part.upload_id for part in page}}
        for part in page:
            upload_id, number = part.upload_id, part.number
            wrong = yield from _reading(objects, _as_object(part, keys[part.upload_id]))
            with database.read() as tx:
                if wrong and inventory.blob_of_part(tx, upload_id, number) == part.blob:
                    yield Step(finding=Finding(wrong, part.blob, part.size, key=upload_id, part=number))
        if not page:
            return


def orphans(objects: Objects, in_use: InUse, now: datetime) -> Iterator[Step]:
    """Looks for bytes that no row names, older than an hour."""
    for batch in objects.blobs.listed():
        old = {each.blob: each.size for each in batch if each.modified < now - YOUNG}
        for blob in sorted(old.keys() - set(in_use(list(old)) if old else ())):
            yield Step(finding=Finding(ORPHAN, blob, old[blob]))


def _reading(objects: Objects, row: Object) -> Generator[Step, None, str]:
    """Reads an object in steps; returns what is wrong with it."""
    examination = examine(objects, row)
    while True:
        try:
            yield Step(read=next(examination))
        except StopIteration as end:
            return str(end.value)


def _still(database: Database, row: Object) -> bool:
    """Whether the row still has that blob."""
    with database.read() as tx:
        now = rows.at(tx, row.bucket_id, row.key, row.version)
    return now is not None and now.blob == row.blob


def _of_object(database: Database, kind: str, row: Object) -> Finding:
    with database.read() as tx:
        bucket = inventory.bucket_name(tx, row.bucket_id)
    return Finding(kind, row.blob, row.size, bucket, row.key.decode(errors="replace"), row.version)


def _as_object(part: Part, customer_key: str | None) -> Object:
    return Object("", b"", part.blob, part.size, part.etag, part.modified, customer_key=customer_key)
