"""An installation to import into, on each database, and one on SQLite to compare with."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.services.harness import world_on
from tests.transfer.files import A, B

from watchword.store import Database
from watchword.world import World


@pytest.fixture
def world(database: Database, tmp_path: Path, now: datetime) -> Iterator[World]:
    """An installation without accounts."""
    world = world_on(database, tmp_path / "world", now)
    yield world
    world.journal.close()


@pytest.fixture
def source(new_database_url: Callable[[str], str], tmp_path: Path, now: datetime) -> Iterator[World]:
    """Another, with two accounts."""
    database = Database.open(new_database_url("sqlite"), durable=False)
    world = world_on(database, tmp_path / "source", now, A, B)
    yield world
    world.journal.close()
    database.close()
