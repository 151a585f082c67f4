"""An ephemeral server forgets in one step, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from watchword.app import open_world
from watchword.settings import Ephemeral, Settings
from watchword.store import access_keys, accounts
from watchword.world import World

START = Ephemeral("111122223333", "AKIAIOSFODNN7EXAMPLE", "k" * 40)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(Settings(tmp_path, ephemeral=START))
    yield world
    world.close()


def furnished(world: World) -> bool:
    with world.database.read() as tx:
        ring = world.root_key.keyring(tx)
        key = access_keys.by_id(tx, START.access_key_id)
        return bool(ring and key and accounts.by_id(tx, START.account))


def test_nobody_ever_sees_a_server_without_keys(world: World) -> None:
    seen: list[bool] = []
    world.database.subscribe(lambda _: seen.append(furnished(world)))
    world.reset()
    assert seen == [True]
