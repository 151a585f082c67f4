"""A point reader sees what a transaction would see, at once or not at all."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from watchword.store import Database, Unavailable
from watchword.store.point_reader import PointReader
from watchword.store.s3 import buckets, objects
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.objects import Object
from watchword.store.schema import METADATA

AT_ONCE_SECONDS = 1.0
"""Far below the patience of a transaction."""


@pytest.fixture
def database(new_database_url: Callable[[str], str]) -> Iterator[Database]:
    opened = Database.open(new_database_url("sqlite"), durable=False)
    yield opened
    opened.close()


@pytest.fixture
def point_reader(database: Database) -> PointReader:
    found = database.point_reader()
    assert found
    return found


def put(database: Database, new: Object) -> Object:
    with database.write(new.modified) as tx:
        if buckets.named(tx, "logs") is None:
            buckets.insert(tx, Bucket(new.bucket_id, "logs", "111111111111", "eu-west-1", new.modified))
        objects.remove(tx, new.bucket_id, new.key)
        objects.append(tx, new)
    return new


def test_every_column_reads_as_in_a_transaction(
    database: Database, point_reader: PointReader, now: datetime
) -> None:
    odd = now + timedelta(microseconds=7)
    row = put(
        database,
        Object("b1", b"\xff/k", "blob", 1 << 40, "e", odd, "t", {"A": "b"}, {"ü": "'"}, parts=(1, 2)),
    )
    with database.read() as tx:
        assert objects.at(point_reader, "b1", b"\xff/k") == objects.at(tx, "b1", b"\xff/k") == row
    plain = put(database, Object("b1", b"k", "blob", 0, "e", now))
    assert objects.at(point_reader, "b1", b"k") == plain


def test_what_is_not_there(point_reader: PointReader) -> None:
    assert objects.at(point_reader, "b1", b"k") is None


def test_it_sees_what_was_committed_last_and_nothing_else(
    database: Database, point_reader: PointReader, now: datetime
) -> None:
    for etag in ("first", "second"):
        put(database, Object("b1", b"k", "blob", 1, etag, now))
        found = objects.at(point_reader, "b1", b"k")
        assert found
        assert found.etag == etag
    with database.write(now) as tx:
        objects.remove(tx, "b1", b"k")
        assert objects.at(point_reader, "b1", b"k")
    assert objects.at(point_reader, "b1", b"k") is None


def test_it_never_waits(database: Database, point_reader: PointReader) -> None:
    locked = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
    locked.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.engine.dispose()
    point_reader.close()
    locked.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    reader = PointReader(str(database.engine.url.database), database.engine.dialect)
    with closing(reader), pytest.raises(Unavailable):
        reader.one(str, METADATA.tables["accounts"].select())
    assert time.monotonic() - begun < AT_ONCE_SECONDS
    locked.close()


def test_it_changes_nothing(point_reader: PointReader) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        point_reader._connection.execute("DELETE FROM accounts")


def test_a_server_elsewhere_has_none(new_database_url: Callable[[str], str]) -> None:
    far = Database.open(new_database_url("postgresql"))
    assert far.point_reader() is None
    far.close()
