"""What runs on the driver's connection gives what SQLAlchemy gives, in the same transaction."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from watchword.store import Database, StillReferenced, Transaction, accounts
from watchword.store.accounts import Account
from watchword.store.direct import CONSTANT, Direct
from watchword.store.s3 import buckets, locks, objects
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.locks import GOVERNANCE
from watchword.store.s3.objects import OBJECTS, Object

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
FULL = Object(
    *("b", b"\xc3\xa9\x00", "00/1", 5, "etag", NOW, "text/plain", {"CacheControl": "no"}, {"é": "ü"}),
    *({"CRC32": "x"}, "v1", (1, 2), "up", {"a": "b"}, -3, False, GOVERNANCE, NOW + timedelta(days=1), True),
    *("123456789012", "acl"),
)
PLAIN = Object("b", b"key", "00/2", 0, "etag", NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(f"sqlite:///{tmp_path}/x.db", durable=False)) as opened:
        with opened.write(NOW) as tx:
            accounts.insert(tx, Account("123456789012", "a", NOW))
            buckets.insert(tx, Bucket("b", "b", "123456789012", "us-east-1", NOW))
        yield opened


@pytest.mark.parametrize("row", [FULL, PLAIN])
def test_rows_come_back_as_they_went_in(database: Database, row: Object) -> None:
    with database.write(NOW) as tx:
        assert objects.append(tx, row)
        assert not objects.append(tx, row)
        assert objects.at(tx, "b", row.key) == row
    with database.read() as tx:  # by SQLAlchemy
        assert objects.at(tx, "b", row.key, row.version) == row
    with database.write(NOW) as tx:
        assert objects.remove(tx, "b", row.key, row.version) == row
        assert objects.remove(tx, "b", row.key, row.version) is None


def test_it_is_undone_with_its_transaction(database: Database) -> None:
    def change(tx: Transaction) -> None:
        objects.append(tx, PLAIN)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.write(NOW) as tx:
        change(tx)
    with database.read() as tx:
        assert objects.at(tx, "b", PLAIN.key) is None


def test_errors_are_the_stores_and_end_the_transaction(database: Database) -> None:
    with pytest.raises(StillReferenced), database.write(NOW) as tx:  # noqa: PT012 the end raises again
        with pytest.raises(StillReferenced):
            objects.append(tx, Object("nowhere", b"key", "00/3", 0, "etag", NOW))
        assert tx.failure


def test_values_of_the_statement_itself_are_given(database: Database) -> None:
    """The lock's mode is compared with a text that no caller gives."""
    with database.write(NOW) as tx:
        objects.append(tx, Object(*("b", b"k", "00/4", 0, "e", NOW), lock_mode=GOVERNANCE, retain_until=NOW))
        assert locks.take_unlocked(tx, "b", b"k", "null", NOW - timedelta(1), bypass=False) is None
        assert locks.take_unlocked(tx, "b", b"k", "null", NOW - timedelta(1), bypass=True)


def test_a_value_that_is_missing_is_no_null(database: Database) -> None:
    statement = select(OBJECTS.c.blob).where(OBJECTS.c.key == bindparam("key")).execution_options(**CONSTANT)
    with pytest.raises(TypeError, match="key"):
        Direct(database.engine.dialect).compiled(statement, {})
