"""Changes that wait for each other: one commit for all, and each stands or falls alone before it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

import pytest
from sqlalchemy import event, func, select

from watchword.store import (
    Conflict,
    Database,
    StillReferenced,
    StoreError,
    Transaction,
    Unavailable,
    accounts,
    group_commit,
)
from watchword.store.accounts import Account
from watchword.store.s3 import objects
from watchword.store.s3.objects import Object

SECONDS = 10
Change = Callable[[Transaction], None]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the threads of a test take to meet."""
    monkeypatch.setattr(group_commit, "SECONDS", 60)


@pytest.fixture
def commits(database: Database) -> list[int]:
    """One entry for each commit: how many changes had returned before it."""
    seen: list[int] = []
    event.listen(database.engine, "commit", lambda _connection: seen.append(0))
    return seen


def add(number: int) -> Change:
    return lambda tx: accounts.insert(tx, Account(f"{number:012}", f"account {number}", tx.at))


def fail(tx: Transaction) -> None:
    add(99)(tx)
    raise KeyError


def lose(tx: Transaction) -> None:
    """What a full disk or a lost connection does to a transaction."""
    if tx.connection.dialect.name == "sqlite":
        tx.connection.exec_driver_sql("ROLLBACK")
    else:
        with suppress(StoreError):
            tx.number(select(func.pg_terminate_backend(func.pg_backend_pid())))
    raise KeyError


def together(database: Database, now: datetime, *changes: Change) -> list[Future[None]]:
    """Makes all changes, in this order; each begins to wait before the first one ends."""
    may_end = threading.Event()

    def make(number: int) -> None:
        with database.write(now) as tx:
            may_end.wait(SECONDS)
            changes[number](tx)

    with ThreadPoolExecutor(len(changes)) as pool:
        made = []
        for number in range(len(changes)):
            made.append(pool.submit(make, number))
            wait_until(lambda number=number: database.changes.waiting >= number)
        may_end.set()
    return made


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(SECONDS * 1000):
        if true():
            return
        threading.Event().wait(0.001)
    raise TimeoutError


def stored(database: Database) -> int:
    with database.read() as tx:
        return accounts.count(tx)


def errors(made: list[Future[None]]) -> list[type[BaseException] | None]:
    return [type(each.exception()) if each.exception() else None for each in made]


def test_changes_that_wait_share_a_commit(database: Database, now: datetime, commits: list[int]) -> None:
    made = together(database, now, *map(add, range(6)))
    assert errors(made) == [None] * 6
    assert (stored(database), len(commits)) == (6, 1)


def test_a_transaction_takes_up_changes_for_so_long(
    database: Database, now: datetime, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "SECONDS", 0)
    assert errors(together(database, now, *map(add, range(6)))) == [None] * 6
    assert (stored(database), len(commits)) == (6, 6)


def test_nobody_returns_before_the_commit(database: Database, now: datetime) -> None:
    returned: list[int] = []
    before: list[int] = []
    event.listen(database.engine, "commit", lambda _connection: before.append(len(returned)))
    database.subscribe(lambda _topics: returned.append(1))
    together(database, now, *map(add, range(4)))
    assert (before, len(returned)) == ([0], 4)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("wrong", [fail, add(0)], ids=["raises", "conflicts"])
def test_a_change_that_fails_is_undone_alone(
    database: Database, now: datetime, place: int, wrong: Change
) -> None:
    with database.write(now) as tx:
        add(0)(tx)
    changes = [add(1), add(2), add(3)]
    changes.insert(place, wrong)
    found = errors(together(database, now, *changes))
    assert found.pop(place) is (KeyError if wrong is fail else Conflict)
    assert found == [None] * 3
    assert stored(database) == 4


@pytest.mark.parametrize("place", range(4))
def test_a_lost_transaction_is_lost_for_those_in_it(database: Database, now: datetime, place: int) -> None:
    changes = [add(1), add(2), add(3)]
    changes.insert(place, lose)
    found = errors(together(database, now, *changes))
    assert found == [Unavailable] * place + [KeyError] + [None] * (3 - place)
    assert stored(database) == 3 - place


def test_a_commit_that_fails_fails_for_all(database: Database, now: datetime) -> None:
    def spoil(tx: Transaction) -> None:
        add(2)(tx)
        if database.on_sqlite:
            tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            objects.append(tx, Object("no bucket", b"k", "blob", 1, "e", now))
        else:
            lost = tx.number(select(func.pg_backend_pid()))
            tx.topics.clear()  # so that COMMIT itself is what finds the connection gone
            with database.read() as other:
                other.number(select(func.pg_terminate_backend(lost, 5000)))

    error = StillReferenced if database.on_sqlite else Unavailable
    assert errors(together(database, now, add(1), spoil)) == [error] * 2
    assert stored(database) == 0
    with database.write(now) as tx:
        add(1)(tx)
    assert stored(database) == 1
