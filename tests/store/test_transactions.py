"""What a transaction promises, on both engines: all or nothing, a snapshot, one change at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

import pytest
from sqlalchemy import func, select

from watchword.store import (
    EVERYTHING,
    Conflict,
    Database,
    Topic,
    Unavailable,
    accounts,
    engines,
    group_commit,
)
from watchword.store.accounts import Account
from watchword.store.freshness import LATEST, SINCE
from watchword.store.iam import roles
from watchword.store.iam.roles import ROLES, Role
from watchword.store.s3 import buckets, objects
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.objects import Object

A = "111111111111"


def test_a_change_that_raises_is_undone(database: Database, now: datetime) -> None:
    def fail() -> None:
        with database.write(now) as tx:
            accounts.insert(tx, Account(A, "main", now))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as tx:
        assert accounts.count(tx) == 0


def test_nothing_commits_after_a_conflict_even_if_it_is_caught(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))

    def carry_on() -> None:
        with database.write(now) as tx:
            accounts.insert(tx, Account("222222222222", "second", now))
            with suppress(Conflict):
                accounts.insert(tx, Account(A, "main", now))

    with pytest.raises(Conflict):
        carry_on()
    with database.read() as tx:
        assert accounts.count(tx) == 1


def test_reading_changes_nothing(database: Database, now: datetime) -> None:
    with database.read() as tx:
        for attempt in (
            lambda: accounts.insert(tx, Account(A, "main", now)),
            lambda: objects.remove(tx, "b1", b"k"),
            lambda: tx.changed("user", "AIDA1"),
            lambda: tx.run_many(ROLES.insert(), [{}]),
            lambda: tx.at,
        ):
            with pytest.raises(RuntimeError, match="read transaction"):
                attempt()


def test_a_read_transaction_is_a_snapshot(database: Database, now: datetime) -> None:
    with database.read() as tx:
        assert accounts.count(tx) == 0
        with database.write(now) as writing:
            accounts.insert(writing, Account(A, "main", now))
        assert accounts.count(tx) == 0
        assert accounts.by_id(tx, A) is None
    with database.read() as tx:
        assert accounts.count(tx) == 1


def test_of_changes_made_at_once_none_is_lost(database: Database, now: datetime) -> None:
    """Read, decide, write, from many threads over two handles, as two processes would."""
    role = Role("AROA1", A, "deploy", "/", now, "{}", max_session=0)
    with database.write(now) as tx:
        roles.insert(tx, role)
    handles = [database, Database(database.engine)]

    def count_up(number: int) -> None:
        with handles[number % 2].write(now) as tx:
            found = roles.by_id(tx, role.id)
            assert found
            roles.configure(tx, found, description="", max_session=found.max_session + 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, range(40)))
    with database.read() as tx:
        found = roles.by_id(tx, role.id)
        assert found
        assert found.max_session == 40


def test_of_many_that_add_behind_the_same_version_one_does(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        buckets.insert(tx, Bucket("b1", "logs", A, "eu-west-1", now))

    def append(number: int) -> bool:
        new = Object("b1", b"k", f"{number}", 1, "e", now, version=f"{number}", rank=-7)
        with database.write(now, shared=True) as tx:
            return objects.append(tx, new)

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(append, range(40)))
    with database.read() as tx:
        left = objects.at(tx, "b1", b"k")
    assert left
    assert [number for number, one in enumerate(added) if one] == [int(left.version)]


def test_a_shared_transaction_changes_no_topic(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="shared"), database.write(now, shared=True) as tx:
        accounts.insert(tx, Account(A, "main", now))
    with database.read() as tx:
        assert accounts.count(tx) == 0


def test_postgresql_lets_shared_transactions_pass_a_change(
    opened: Callable[[str], Database], now: datetime
) -> None:
    database = Database(opened("postgresql").engine)
    with database.write(now) as tx:
        buckets.insert(tx, Bucket("b1", "logs", A, "eu-west-1", now))
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
        with database.write(now, shared=True) as beside:
            objects.append(beside, Object("b1", b"k", "blob", 1, "e", now))
    database.empty(now)


def test_listeners_hear_of_what_was_committed_and_only_of_that(database: Database, now: datetime) -> None:
    heard: list[Topic] = []
    database.subscribe(heard.extend)

    def fail() -> None:
        with database.write(now) as tx:
            tx.changed("user", "AIDA1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert heard == []
    with database.write(now) as tx:
        tx.changed("user", "AIDA1")
        tx.changed("user", "AIDA1")
        tx.changed("role", "AROA1")
        assert heard == []
    assert heard == [Topic("user", "AIDA1"), Topic("role", "AROA1")]


def test_a_reset_leaves_nothing_and_goes_on_counting(database: Database, now: datetime) -> None:
    heard: list[Topic] = []
    database.subscribe(heard.extend)
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
        buckets.insert(tx, Bucket("b1", "logs", A, "eu-west-1", now))
        objects.append(tx, Object("b1", b"k", "blob", 1, "e", now))
    with database.read() as tx:
        before = tx.connection.exec_driver_sql(LATEST).scalar_one()
    database.empty(now)
    with database.read() as tx:
        assert accounts.count(tx) == 0
        assert buckets.named(tx, "logs") is None
        ((number, *topic),) = tx.connection.exec_driver_sql(SINCE.format(0)).all()
    assert number > before
    assert tuple(topic) == EVERYTHING == heard[-1]


def test_who_waits_too_long_for_a_turn_is_told_so(
    database_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (engines, group_commit):
        monkeypatch.setattr(module, "LOCK_TIMEOUT_SECONDS", 0.2)
    first, second = Database.open(database_url), Database.open(database_url)
    for other in (first, second):
        with first.write(now), pytest.raises(Unavailable), other.write(now):
            pass
    with second.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
    first.close()
    second.close()


def test_who_finds_no_free_connection_is_told_so(
    database_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1})
    database = Database.open(database_url)
    with database.read(), pytest.raises(Unavailable, match="no free connection"), database.read():
        pass
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
    database.close()


def test_a_connection_lost_before_the_commit_is_told_and_replaced(
    opened: Callable[[str], Database], now: datetime
) -> None:
    database = Database(opened("postgresql").engine)
    heard: list[Topic] = []
    database.subscribe(heard.extend)

    def lose() -> None:
        with database.write(now) as tx:
            accounts.insert(tx, Account(A, "main", now))
            lost = tx.number(select(func.pg_backend_pid()))
            tx.topics.clear()  # so that COMMIT itself is what finds the connection gone
            with database.read() as other:
                other.number(select(func.pg_terminate_backend(lost, 5000)))

    with pytest.raises(Unavailable):
        lose()
    assert heard == []
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
    database.empty(now)


def test_readers_do_not_wait_for_a_writer(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
        found: list[int] = []

        def look() -> None:
            with database.read() as reading:
                found.append(accounts.count(reading))

        reader = threading.Thread(target=look)
        reader.start()
        reader.join(5)
        assert found == [0]
