"""Listing a bucket: keys in order; those with a delimiter are rolled up into common prefixes.

1. After a common prefix the next query starts beyond it. So a page needs at most one query for each prefix,
   however many keys begin with it.
2. Only the current version of a key is listed, and no key whose current version is a delete marker. The
   first query reads all versions, for most buckets have one of each key. Once it meets another, the next
   queries look up the newest version of one key after the other (loose index scan), however many there are.
3. Keys compare byte by byte.
Source: Amazon S3 User Guide, "Organizing objects using prefixes" and "Listing object keys
programmatically".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, bindparam, literal_column, select

from watchword.store.s3.objects import ALL, OBJECTS, Object
from watchword.store.transaction import Transaction

PROBE = 16
"""Rows of a query that may meet a common prefix, which makes the rows after it useless."""
ABOVE_ALL = b"\xff" * 1025
"""A key is shorter, and UTF-8 has no such byte."""

_OF_BUCKET = OBJECTS.c.bucket_id == bindparam("bucket_id")
_VERSIONS = ALL.where(
    _OF_BUCKET, OBJECTS.c.key >= bindparam("low"), OBJECTS.c.key < bindparam("high")
).order_by(OBJECTS.c.key, OBJECTS.c.rank)


def _newest_versions() -> Select[Any]:
    """The newest versions of `batch` keys: each step of the recursion finds the next key in the index."""
    one = literal_column("1", Integer)

    def first(column: Column[Any], *where: ColumnElement[bool]) -> ColumnElement[Any]:
        return select(column).where(*where).order_by(column).limit(one).scalar_subquery()

    lowest = first(OBJECTS.c.key, _OF_BUCKET, OBJECTS.c.key >= bindparam("low"))
    keys = select(lowest.label("key"), one.label("number")).cte("keys", recursive=True)
    more = (keys.c.key < bindparam("high"), keys.c.number < bindparam("batch"))
    following = first(OBJECTS.c.key, _OF_BUCKET, OBJECTS.c.key > keys.c.key)
    keys = keys.union_all(select(following, keys.c.number + one).where(*more))
    ranks = OBJECTS.alias()
    newest = first(ranks.c.rank, ranks.c.bucket_id == bindparam("bucket_id"), ranks.c.key == keys.c.key)
    return (
        ALL.join(keys, OBJECTS.c.key == keys.c.key)
        .where(_OF_BUCKET, OBJECTS.c.rank == newest, keys.c.key < bindparam("high"))
        .order_by(keys.c.key)
    )


_NEWEST = _newest_versions()


@dataclass(frozen=True, slots=True)
class Listing:
    """A page. The next page starts after `last`, the last key or prefix of this one."""

    objects: tuple[Object, ...]
    prefixes: tuple[bytes, ...]
    last: bytes
    more: bool


@dataclass(frozen=True, slots=True)
class Range:
    """What to list, and how keys are rolled up."""

    bucket_id: str
    prefix: bytes
    delimiter: bytes

    def common_prefix(self, key: bytes) -> bytes | None:
        """The prefix that a key is rolled up into, None for a key without a delimiter."""
        found = key.find(self.delimiter, len(self.prefix)) if self.delimiter else -1
        return None if found < 0 else key[: found + len(self.delimiter)]

    def beyond(self, entry: bytes) -> bytes | None:
        """The lowest key that can come after an entry; None when none can."""
        rolled_up = entry.startswith(self.prefix) and self.common_prefix(entry) == entry
        return after_all_with(entry) if rolled_up else entry + b"\0"


def page(
    tx: Transaction,
    bucket_id: str,
    *,
    prefix: bytes = b"",
    delimiter: bytes = b"",
    after: bytes = b"",
    limit: int,
) -> Listing:
    """At most `limit` keys and common prefixes after the key or common prefix `after`."""
    where = Range(bucket_id, prefix, delimiter)
    entries = list(islice(_entries(tx, where, after, limit + 1), limit + 1))
    shown, more = entries[:limit], len(entries) > limit
    objects = tuple(entry for entry in shown if isinstance(entry, Object))
    prefixes = tuple(entry for entry in shown if isinstance(entry, bytes))
    last = after if not shown else shown[-1] if isinstance(shown[-1], bytes) else shown[-1].key
    return Listing(objects, prefixes, last, more)


def _entries(tx: Transaction, where: Range, after: bytes, wanted: int) -> Iterator[Object | bytes]:
    """Objects and common prefixes in order, read in batches while the caller iterates."""
    low = where.beyond(after) if after else where.prefix
    batch, several = PROBE if where.delimiter else wanted, False
    while low is not None:
        rows = _rows(tx, where, max(low, where.prefix), batch, newest=several)
        common, key = None, None
        for row in rows:
            several = several or row.key == key  # 2.
            key = row.key
            if key < low:
                continue  # an older version, or below a prefix that was listed already
            common = None if row.marker else where.common_prefix(key)
            if not row.marker:
                yield common or row
            low = where.beyond(common) if common else key + b"\0"
            if low is None:
                return
        if len(rows) < batch:
            return
        batch = PROBE if common else min(2 * batch, wanted)


def _rows(tx: Transaction, where: Range, low: bytes, batch: int, *, newest: bool) -> list[Object]:
    """The next versions; or the newest ones of the next keys."""
    high = after_all_with(where.prefix) or ABOVE_ALL
    values = {"bucket_id": where.bucket_id, "low": low, "high": high}
    if newest:
        return tx.all(Object, _NEWEST, **values, batch=batch)
    return tx.page(Object, _VERSIONS, batch, **values)[0]


def after_all_with(prefix: bytes) -> bytes | None:
    """The lowest key above all keys with the prefix; None when there is no such key."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else None
