"""Objects by key, and their listing against a model that does it the slow way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from watchword.store import Database, StillReferenced, Transaction
from watchword.store.s3 import buckets, listing, objects, version_listing
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.listing import Range
from watchword.store.s3.objects import Object
from watchword.store.s3.version_listing import Position


@pytest.fixture
def bucket(database: Database, now: datetime) -> Bucket:
    made = Bucket("b1", "logs", "111111111111", "eu-west-1", now)
    with database.write(now) as tx:
        buckets.insert(tx, made)
    return made


def thing(key: bytes, at: datetime, bucket: str = "b1") -> Object:
    return Object(bucket, key, f"blob-{key.hex()}", len(key), "etag", at)


def test_an_object_is_added_and_taken(database: Database, bucket: Bucket, now: datetime) -> None:
    first = Object(
        bucket.id,
        "ключ/\u0000 ".encode(),
        "blob1",
        5_000_000_000,
        "e",
        now,
        "text/plain",
        {"cache-control": "no-store"},
        {"owner": "ü"},
        {"CRC32": "AAAA"},
    )
    second = replace(first, blob="blob2", metadata={})
    with database.write(now, shared=True) as tx:
        assert objects.append(tx, first)
        assert objects.at(tx, bucket.id, first.key) == first
        assert objects.any_in(tx, bucket.id)
        assert not objects.append(tx, second)
        assert not objects.append(tx, replace(second, rank=-2))
        assert objects.at(tx, bucket.id, first.key) == first
        assert objects.remove(tx, bucket.id, first.key, blob="blob2") is None
        assert objects.remove(tx, bucket.id, first.key, blob="blob1") == first
        assert objects.append(tx, second)
        assert objects.remove(tx, bucket.id, first.key) == second
        assert objects.remove(tx, bucket.id, first.key) is None
        assert not objects.any_in(tx, bucket.id)


def test_which_blobs_are_in_use(database: Database, bucket: Bucket, now: datetime) -> None:
    with database.write(now, shared=True) as tx:
        for key in (b"a", b"b", b"c"):
            objects.append(tx, thing(key, now))
        objects.append(tx, replace(thing(b"c", now), blob="another", version="1", rank=-2))
        asked = [thing(key, now).blob for key in (b"b", b"c", b"d")]
        assert sorted(objects.blobs_in_use(tx, asked)) == [thing(key, now).blob for key in (b"b", b"c")]
        assert objects.blobs_in_use(tx, []) == []


def test_an_object_needs_its_bucket(database: Database, now: datetime) -> None:
    with pytest.raises(StillReferenced), database.write(now) as tx:
        objects.append(tx, thing(b"k", now, bucket="gone"))


PIECES = [b"a", b"b", b"/", b"//", b"\xc3\xbc", b"-", b"\xff", b"0"]
KEYS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(b"".join)


def versions_of(database: Database, now: datetime, keys: set[bytes], each: int) -> None:
    """Adds so many versions of each key; of every second key the newest is a delete marker."""
    with database.write(now) as tx:
        for number, key in enumerate(sorted(keys)):
            for rank in range(1, each + 1):
                marker = rank == each > 1 and number % 2 == 1
                new = replace(thing(key, now), version=f"{rank:032x}", rank=-rank, marker=marker)
                objects.append(tx, new)


def remove_all(database: Database, now: datetime, keys: set[bytes], each: int) -> None:
    with database.write(now) as tx:
        for key in keys:
            for rank in range(1, each + 1):
                objects.remove(tx, "b1", key, f"{rank:032x}")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(KEYS, max_size=30),
    st.sampled_from([b"", b"a", b"a/", b"/", b"\xff", b"b\xff"]),
    st.sampled_from([b"", b"/", b"//", b"a", b"\xff"]),
    st.integers(1, 7),
    st.sampled_from([1, 2, 20]),
)
def test_pages_put_together_are_the_whole_listing(  # noqa: PLR0913, PLR0917 what a listing depends on
    database: Database,
    bucket: Bucket,
    now: datetime,
    keys: set[bytes],
    prefix: bytes,
    delimiter: bytes,
    limit: int,
    each: int,
) -> None:
    versions_of(database, now, keys, each)
    with database.read() as tx:
        found = list(_entries(tx, prefix, delimiter, limit))
        shown = list(_all_versions(tx, prefix, delimiter, limit))
    remove_all(database, now, keys, each)
    there = keys if each == 1 else set(sorted(keys)[::2])
    assert found == sorted({_rolled_up(key, prefix, delimiter) for key in there if key.startswith(prefix)})
    every = {
        (_rolled_up(key, prefix, delimiter), 0 if delimiter and delimiter in key[len(prefix) :] else -rank)
        for key in keys
        if key.startswith(prefix)
        for rank in range(1, each + 1)
    }
    assert shown == sorted(every)


def _all_versions(
    tx: Transaction, prefix: bytes, delimiter: bytes, limit: int
) -> Iterator[tuple[bytes, int]]:
    """Keys and ranks of versions; common prefixes and 0."""
    where = Range("b1", prefix, delimiter)
    start: Position | None = Position(prefix)
    while start is not None:
        entries, more = version_listing.page(tx, where, start, limit)
        assert len(entries) == limit or not more
        for each in entries:
            if isinstance(each, bytes):
                yield each, 0
                low = where.beyond(each)
                start = low if low is None else Position(low)
            else:
                assert each.latest == (objects.at(tx, "b1", each.row.key) == each.row)
                yield each.row.key, each.row.rank
                start = Position(each.row.key, each.row.rank)
        start = start if more else None


def _entries(tx: Transaction, prefix: bytes, delimiter: bytes, limit: int) -> Iterator[bytes]:
    after, more = b"", True
    while more:
        page = listing.page(tx, "b1", prefix=prefix, delimiter=delimiter, after=after, limit=limit)
        entries = sorted([*(each.key for each in page.objects), *page.prefixes])
        assert len(entries) == limit or not page.more
        yield from entries
        after, more = page.last, page.more


def _rolled_up(key: bytes, prefix: bytes, delimiter: bytes) -> bytes:
    if not delimiter or delimiter not in key[len(prefix) :]:
        return key
    return key[: key.index(delimiter, len(prefix)) + len(delimiter)]


def test_a_listing_may_start_within_a_common_prefix(
    database: Database, bucket: Bucket, now: datetime
) -> None:
    with database.write(now) as tx:
        for key in (b"a/1", b"a/2", b"b"):
            objects.append(tx, thing(key, now))
        page = listing.page(tx, bucket.id, delimiter=b"/", after=b"a/1", limit=5)
    assert page.prefixes == (b"a/",)
    assert [each.key for each in page.objects] == [b"b"]


def test_a_common_prefix_costs_one_query_however_much_lies_under_it(
    database: Database, bucket: Bucket, now: datetime
) -> None:
    with database.write(now) as tx:
        for directory in range(5):
            for number in range(100):
                objects.append(tx, thing(b"%d/%04d" % (directory, number), now))
    queries = []
    with database.read() as tx:
        event.listen(tx.connection, "before_cursor_execute", lambda *_: queries.append(1))
        page = listing.page(tx, bucket.id, delimiter=b"/", limit=1000)
    assert page.prefixes == (b"0/", b"1/", b"2/", b"3/", b"4/")
    assert len(queries) == 6


def test_old_versions_are_passed_over_however_many_there_are(
    database: Database, bucket: Bucket, now: datetime
) -> None:
    keys = {b"%03d" % number for number in range(20)}
    versions_of(database, now, keys, each=50)
    queries = []
    with database.read() as tx:
        event.listen(tx.connection, "before_cursor_execute", lambda *_: queries.append(1))
        page = listing.page(tx, bucket.id, limit=15)
    assert [each.key for each in page.objects] == sorted(keys)[::2]
    assert len(queries) == 3


def test_buckets_do_not_see_each_others_keys(database: Database, bucket: Bucket, now: datetime) -> None:
    with database.write(now) as tx:
        buckets.insert(tx, replace(bucket, id="b2", name="other"))
        objects.append(tx, thing(b"k", now, bucket="b2"))
        assert listing.page(tx, bucket.id, limit=5) == listing.Listing((), (), b"", more=False)
