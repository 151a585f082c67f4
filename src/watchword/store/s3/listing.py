"""Listing a bucket: keys in order; those with a delimiter are rolled up into common prefixes.

After a common prefix the next query starts beyond it. So a page needs at most one query for each prefix,
however many keys begin with it. Keys compare byte by byte.
Source: Amazon S3 User Guide, "Organizing objects using prefixes" and "Listing object keys
programmatically".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import bindparam

from watchword.store.s3.objects import ALL, OBJECTS, Object
from watchword.store.transaction import Transaction

_PROBE = 16
"""Rows of a query that may meet a common prefix, which makes the rows after it useless."""

_FROM = ALL.where(OBJECTS.c.bucket_id == bindparam("bucket_id"), OBJECTS.c.key >= bindparam("low")).order_by(
    OBJECTS.c.key
)
_BETWEEN = _FROM.where(OBJECTS.c.key < bindparam("high"))


@dataclass(frozen=True, slots=True)
class Listing:
    """A page. The next page starts after `last`, the last key or prefix of this one."""

    objects: tuple[Object, ...]
    prefixes: tuple[bytes, ...]
    last: bytes
    more: bool


@dataclass(frozen=True, slots=True)
class _Range:
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
        return _after_all_with(entry) if rolled_up else entry + b"\0"


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
    where = _Range(bucket_id, prefix, delimiter)
    entries = list(islice(_entries(tx, where, after, limit + 1), limit + 1))
    shown, more = entries[:limit], len(entries) > limit
    objects = tuple(entry for entry in shown if isinstance(entry, Object))
    prefixes = tuple(entry for entry in shown if isinstance(entry, bytes))
    last = after if not shown else shown[-1] if isinstance(shown[-1], bytes) else shown[-1].key
    return Listing(objects, prefixes, last, more)


def _entries(tx: Transaction, where: _Range, after: bytes, wanted: int) -> Iterator[Object | bytes]:
    """Objects and common prefixes in order, read in batches while the caller iterates."""
    low = where.beyond(after) if after else where.prefix
    batch = _PROBE if where.delimiter else wanted
    while low is not None:
        rows = _rows(tx, where, max(low, where.prefix), batch)
        common = None
        for row in rows:
            if row.key < low:
                continue  # below a prefix that was listed already
            common = where.common_prefix(row.key)
            yield common or row
            low = where.beyond(common or row.key)
            if low is None:
                return
        if len(rows) < batch:
            return
        batch = _PROBE if common else min(2 * batch, wanted)


def _rows(tx: Transaction, where: _Range, low: bytes, batch: int) -> list[Object]:
    high = _after_all_with(where.prefix)
    if high is None:
        return tx.page(Object, _FROM, batch, bucket_id=where.bucket_id, low=low)[0]
    return tx.page(Object, _BETWEEN, batch, bucket_id=where.bucket_id, low=low, high=high)[0]


def _after_all_with(prefix: bytes) -> bytes | None:
    """The lowest key above all keys with the prefix; None when there is no such key."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else None
