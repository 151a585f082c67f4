"""Several processes on one database: each sees what the others change, none loses what was promised."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from watchword.store import Database
from watchword.store.iam import groups, users
from watchword.store.iam.groups import Group
from watchword.store.iam.users import User

OTHER = Path(__file__).with_name("other_process.py")
A = "111111111111"
LOCK_TIMEOUT_SECONDS = 20


@contextmanager
def other_process(url: str, task: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(OTHER), url, task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    process.stdin.write("?\n")
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


@pytest.fixture
def watcher(database_url: str) -> Iterator[subprocess.Popen[str]]:
    Database.open(database_url).close()
    with other_process(database_url, "watch") as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process


def test_a_process_hears_what_another_changes(
    watcher: subprocess.Popen[str], database_url: str, now: datetime
) -> None:
    """On SQLite with the very next question; on PostgreSQL within the bound, here without a stopwatch."""
    database = Database.open(database_url)
    ask(watcher)
    for number in range(5):
        with database.write(now) as tx:
            users.insert(tx, User(f"AIDA{number}", A, f"u{number}", "/", now))
            groups.insert(tx, Group(f"AGPA{number}", A, f"g{number}", "/", now))
        answer = ask(watcher)
        waited_until = time.monotonic() + LOCK_TIMEOUT_SECONDS
        while not database.on_sqlite and not answer["heard"] and time.monotonic() < waited_until:
            time.sleep(0.01)
            answer = ask(watcher)
        assert answer == {"fresh": True, "heard": [["user", f"AIDA{number}"], ["group", f"AGPA{number}"]]}
    database.close()


def test_a_process_hears_of_every_change_of_several_others(
    watcher: subprocess.Popen[str], database_url: str
) -> None:
    acknowledged: set[str] = set()
    heard: set[str] = set()
    with other_process(database_url, "write") as first, other_process(database_url, "write") as second:
        for _ in range(30):
            for writer in (first, second):
                assert writer.stdout
                acknowledged.add("AIDA" + writer.stdout.readline().strip())
            heard.update(key for _, key in ask(watcher)["heard"])
    waited_until = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while not acknowledged <= heard and time.monotonic() < waited_until:
        heard.update(key for _, key in ask(watcher)["heard"])
    assert acknowledged <= heard


def test_a_killed_writer_loses_nothing_it_acknowledged(database_url: str) -> None:
    acknowledged: set[str] = set()
    for count in (1, 7, 30):
        with other_process(database_url, "write") as writer:
            assert writer.stdout
            for _ in range(count):
                acknowledged.add(writer.stdout.readline().strip())
            writer.kill()
            acknowledged.update(line.strip() for line in writer.stdout if line.endswith("\n"))
        database = Database.open(database_url)
        with database.read() as tx:
            kept = {user.name for user in users.page(tx, A, limit=10_000)[0]}
        database.close()
        assert acknowledged <= kept
        assert len(kept) <= len(acknowledged) + 3  # at most one unacknowledged a kill


def test_a_killed_writer_leaves_a_sound_file(new_database_url: Callable[[str], str]) -> None:
    url = new_database_url("sqlite")
    with other_process(url, "write") as writer:
        assert writer.stdout
        writer.stdout.readline()
    database = Database.open(url)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    database.close()
