"""A watch tells everything, says when it can't be sure, and recovers."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from watchword.store import EVERYTHING, Cache, Database, Topic, Watch
from watchword.store.freshness import new_topics
from watchword.store.iam import users
from watchword.store.iam.users import User
from watchword.store.listening import BOUND_SECONDS

LOCK_TIMEOUT_SECONDS = 20
ALICE = Topic("user", "AIDA1")


class Clock:
    """A monotonic clock that can be sent ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def eventually(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


@pytest.fixture
def heard(database: Database) -> list[Topic]:
    topics: list[Topic] = []
    database.subscribe(topics.extend)
    return topics


@pytest.fixture
def watch(database: Database, heard: list[Topic]) -> Iterator[Watch]:
    watch = database.watch(time.monotonic)
    yield watch
    watch.close()


def test_a_watch_begins_by_forgetting(watch: Watch, heard: list[Topic]) -> None:
    assert heard[0] == EVERYTHING
    assert watch.check()


def test_changes_of_another_process_are_told(
    database: Database, watch: Watch, heard: list[Topic], now: datetime
) -> None:
    watch.check()
    heard.clear()
    other = Database(database.engine)
    for key in ("AIDA1", "AIDA2"):
        with other.write(now) as tx:
            tx.changed("user", key)
    assert eventually(lambda: watch.check() and len(heard) == 2)
    assert heard == [Topic("user", "AIDA1"), Topic("user", "AIDA2")]


def test_own_changes_are_told_before_the_writer_goes_on(
    database: Database, watch: Watch, heard: list[Topic], now: datetime
) -> None:
    with database.write(now) as tx:
        tx.changed(*ALICE)
    assert ALICE in heard


def test_a_reset_is_told_as_everything(
    database: Database, watch: Watch, heard: list[Topic], now: datetime
) -> None:
    other = Database(database.engine)
    with other.write(now) as tx:
        tx.changed(*ALICE)
    assert eventually(lambda: watch.check() and ALICE in heard)
    heard.clear()
    other.empty(now)
    assert eventually(lambda: watch.check() and EVERYTHING in heard)


@pytest.mark.parametrize(
    ("rows", "seen", "told"),
    [
        ([], 0, ()),
        ([(1, "user", "a")], 0, (("user", "a"),)),
        ([(4, "user", "a")], 4, ()),
        ([(4, "user", "a"), (6, "role", "b")], 4, (("role", "b"),)),
        ([], 4, (EVERYTHING,)),
        ([(5, "user", "a")], 4, (EVERYTHING,)),
    ],
)
def test_a_log_without_what_was_seen_last_is_another_log(
    rows: list[tuple[int, str, str]], seen: int, told: tuple[tuple[str, str], ...]
) -> None:
    assert new_topics(rows, seen) == told


def test_a_cache_fed_by_a_watch_is_never_behind_what_was_acknowledged(
    database: Database, watch: Watch, now: datetime
) -> None:
    """Readers through the cache, while others write: after a commit nobody finds the old value."""
    cache, other, alice = Cache(8), Database(database.engine), User("AIDA1", "1", "alice", "/", now)
    database.subscribe(cache.apply)
    with database.write(now) as tx:
        users.insert(tx, alice)
    committed = [0]
    ended = threading.Event()

    def change() -> None:
        for number in range(1, 60):
            with (database if number % 2 else other).write(now) as tx:
                users.rename(tx, alice, name="alice", path=f"/{number}/")
            committed[0] = number
        ended.set()

    def look() -> int:
        known = cache.get("alice")
        if known is None:
            generation = cache.generation
            with database.read() as tx:
                found = users.by_id(tx, alice.id)
                assert found
            known = int(found.path.strip("/") or 0)
            cache.put("alice", known, [ALICE], generation)
        assert isinstance(known, int)
        return known

    writer = threading.Thread(target=change)
    writer.start()
    while not ended.is_set():
        at_least = committed[0]
        if database.on_sqlite:
            assert watch.check()
            assert look() >= at_least
        else:
            look()
    writer.join()
    assert eventually(lambda: watch.check() and look() == committed[0])


def test_sqlite_that_cannot_be_read_is_not_fresh(
    new_database_url: Callable[[str], str], now: datetime
) -> None:
    url = new_database_url("sqlite")
    database = Database.open(url)
    heard: list[Topic] = []
    database.subscribe(heard.extend)
    watch = database.watch(time.monotonic)
    assert watch.check()
    with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("ALTER TABLE changes RENAME TO hidden")
        assert not watch.check()
        assert not watch.check()
        other.execute("ALTER TABLE hidden RENAME TO changes")
    other.close()
    with database.write(now) as tx:
        tx.changed(*ALICE)
    heard.clear()
    assert watch.check()
    assert heard == [ALICE]
    watch.close()
    database.close()


def test_postgresql_that_does_not_answer_is_stale_after_the_bound_and_recovers(
    new_database_url: Callable[[str], str], postgresql: str, now: datetime
) -> None:
    url = new_database_url("postgresql")
    name = url.split("/")[3].split("?")[0]
    database, clock = Database.open(url), Clock()
    heard: list[Topic] = []
    database.subscribe(heard.extend)
    watch = database.watch(clock)
    assert watch.check()
    with psycopg.connect(postgresql, autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        clock.ahead += BOUND_SECONDS + 0.5
        assert not watch.check()
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    heard.clear()
    assert eventually(watch.check)
    assert EVERYTHING in heard
    with Database(database.engine).write(now) as tx:
        tx.changed(*ALICE)
    assert eventually(lambda: ALICE in heard)
    watch.close()
    database.close()


def test_a_question_that_is_not_answered_confirms_nothing(new_database_url: Callable[[str], str]) -> None:
    """The log is locked: the question was sent, the connection lives, the answer doesn't come."""
    url = new_database_url("postgresql")
    database, clock = Database.open(url), Clock()
    watch = database.watch(clock)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE changes IN ACCESS EXCLUSIVE MODE")
        clock.ahead += BOUND_SECONDS + 0.5
        time.sleep(0.3)  # a poll goes by
        assert not watch.check()
    assert eventually(watch.check)
    watch.close()
    database.close()


def test_the_file_of_a_watch_is_let_go(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/w.db")
    watch = database.watch(time.monotonic)
    watch.close()
    assert not watch.check()
    database.close()
    assert [each.name for each in tmp_path.iterdir()] == ["w.db"]
