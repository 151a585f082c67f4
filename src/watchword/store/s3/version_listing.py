"""Listing all versions of a bucket: by key, and the newest version of a key first.

Keys with a delimiter are rolled up into common prefixes, as in `listing`. A page may begin between two
versions of a key. The unique index of ranks has this very order, so a page reads little beyond what it shows.
Source: Amazon S3 API Reference, ListObjectVersions.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import bindparam, tuple_

from watchword.store.s3 import objects
from watchword.store.s3.listing import ABOVE_ALL, PROBE, Range, after_all_with
from watchword.store.s3.objects import ALL, OBJECTS, Object
from watchword.store.transaction import Transaction

_LOWEST = -(2**62)
"""A rank before those of all versions."""

_ORDER = (OBJECTS.c.key, OBJECTS.c.rank)
_VERSIONS = ALL.where(
    OBJECTS.c.bucket_id == bindparam("bucket_id"),
    tuple_(*_ORDER) > tuple_(bindparam("key"), bindparam("rank")),
    OBJECTS.c.key < bindparam("high"),
).order_by(*_ORDER)


class Position(NamedTuple):
    """A place in the order of versions: behind the version of that key and rank, or before the key."""

    key: bytes
    rank: int = _LOWEST


class Listed(NamedTuple):
    """A version in a listing, and whether it is the current one of its key."""

    row: Object
    latest: bool


Entry = Listed | bytes
"""A version or a common prefix."""


def page(tx: Transaction, where: Range, start: Position, limit: int) -> tuple[list[Entry], bool]:
    """At most `limit` versions and common prefixes behind `start`; and whether there are more."""
    entries = list(islice(_entries(tx, where, start, limit + 1), limit + 1))
    return entries[:limit], len(entries) > limit


def _entries(tx: Transaction, where: Range, start: Position, wanted: int) -> Iterator[Entry]:
    """Versions and common prefixes in order, read in batches while the caller iterates."""
    position, known = max(start, Position(where.prefix)), _newer_than(tx, where, start)
    batch = PROBE if where.delimiter else wanted
    common: bytes | None = None
    while True:
        found = rows(tx, where, position, batch)
        for row in found:
            if common is not None and row.key.startswith(common):
                continue  # rolled up into the prefix that was listed
            common = where.common_prefix(row.key)
            yield common or Listed(row, latest=row.key != known)
            known = row.key
        if len(found) < batch:
            return
        behind = after_all_with(common) if common else found[-1].key
        if behind is None:
            return
        position = Position(behind) if common else Position(behind, found[-1].rank)
        batch = PROBE if common else min(2 * batch, wanted)


def _newer_than(tx: Transaction, where: Range, start: Position) -> bytes | None:
    """The key of the place, if there still is a version of it before that place."""
    current = objects.at(tx, where.bucket_id, start.key)
    return start.key if current and current.rank <= start.rank else None


def rows(tx: Transaction, where: Range, position: Position, batch: int) -> list[Object]:
    """The next versions behind a place."""
    values = {"bucket_id": where.bucket_id, "key": position.key, "rank": position.rank}
    return tx.page(Object, _VERSIONS, batch, **values, high=after_all_with(where.prefix) or ABOVE_ALL)[0]
