"""An organization on each database: account A manages it, B and C are in none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.services.harness import world_on
from tests.services.organizations.harness import A, B, By, C, root

from watchword.installation.installation import Clock
from watchword.store import Database
from watchword.world import World


@pytest.fixture
def world(database: Database, tmp_path: Path, now: datetime) -> Iterator[World]:
    """Three accounts and a keyring; its clock can be moved ahead."""
    made = world_on(database, tmp_path, now, A, B, C)
    yield replace(made, clock=Clock(now.timestamp))
    made.journal.close()


@pytest.fixture
def management(world: World) -> By:
    """The root user of account A, which has an organization."""
    by = root(world, A)
    by("CreateOrganization")
    return by
