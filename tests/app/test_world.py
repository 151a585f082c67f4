"""An ephemeral server forgets in one step, or not at all; what a world opened, it closes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from watchword.store import accounts
from watchword.store.iam import access_keys
from watchword.world import World


def furnished(world: World) -> bool:
    start = world.settings.ephemeral
    assert start
    with world.database.read() as tx:
        ring = world.root_key.keyring(tx)
        key = access_keys.by_id(tx, start.access_key_id)
        return bool(ring and key and accounts.by_id(tx, start.account))


def test_nobody_ever_sees_a_server_without_keys(ephemeral: World) -> None:
    seen: list[bool] = []
    ephemeral.database.subscribe(lambda _: seen.append(furnished(ephemeral)))
    ephemeral.reset()
    assert seen == [True]


def test_every_part_that_can_be_reset_is(ephemeral: World) -> None:
    ephemeral.clock.advance(60)
    ephemeral.last_uses.put("key", 1, (), ephemeral.last_uses.generation)
    ephemeral.objects.put("00/blob", [b"x"])
    ephemeral.reset()
    assert (ephemeral.clock.ahead, ephemeral.last_uses.get("key")) == (timedelta(), None)


def test_every_part_is_closed_even_if_one_fails(ephemeral: World) -> None:
    closed: list[str] = []

    class Part:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)
            if self.name == "journal":
                raise OSError("the disk is full")

    parts = {name: Part(name) for name in ("database", "facts", "journal")}
    with pytest.raises(OSError, match="full"):
        replace(ephemeral, **parts).close()  # type: ignore[arg-type]
    assert closed == ["journal", "facts", "database"]
