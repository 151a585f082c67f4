"""IAM on each database, as the root users of two accounts call it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.services.harness import world_on
from tests.services.iam.harness import A, B, Iam

from watchword.access import Caller
from watchword.names.principal import Root
from watchword.store import Database
from watchword.world import World


@pytest.fixture
def now() -> datetime:
    """A moment that IAM tells whole: to the second."""
    return datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


@pytest.fixture
def world(database: Database, tmp_path: Path, now: datetime) -> Iterator[World]:
    """Two accounts and a keyring."""
    world = world_on(database, tmp_path, now, A, B)
    yield world
    world.journal.close()


@pytest.fixture
def iam(world: World, now: datetime) -> Iam:
    """IAM as account A's root calls it."""
    return Iam(world, Caller(Root(A)), now)


@pytest.fixture
def other(world: World, now: datetime) -> Iam:
    """IAM as account B's root calls it."""
    return Iam(world, Caller(Root(B)), now)
