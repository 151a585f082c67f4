"""Facts are read from one moment, whatever is cached of another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from watchword.app import open_world
from watchword.installation.administrator import new_root_key, rotate_keyring
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import Settings
from watchword.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(Settings(tmp_path))
    yield world
    world.close()


def test_a_secret_is_opened_though_the_keyring_that_is_cached_is_an_older_one(world: World) -> None:
    key_id, secret = new_root_key(world, "")
    cached = world.facts.keyring()
    elsewhere = open_installation(world.settings)
    rotate_keyring(elsewhere)
    elsewhere.close()
    assert world.facts.keyring() is cached
    fact = world.facts.access_key(key_id)
    assert fact
    assert fact.secret == secret
