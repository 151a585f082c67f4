"""A process that takes more memory than it may drops what it can read again."""

import gc
from dataclasses import replace

import pytest

from watchword.facts.credentials import KEYRING
from watchword.gateway.memory import make_room, resident
from watchword.names.would_block import WouldBlock
from watchword.world import World


@pytest.mark.parametrize(("more", "kept"), [(1 << 30, True), (-(1 << 20), False)])
def test_cached_facts_are_dropped_by_a_process_that_is_too_large(
    world: World, more: int, *, kept: bool
) -> None:
    world.facts.need(KEYRING)
    gc.collect()
    taken = resident()
    assert taken is not None
    small = replace(world, settings=replace(world.settings, memory=taken + more >> 20))
    make_room(small)
    cached = world.facts.cached_only()
    if kept:
        assert cached.need(KEYRING)
    else:
        with pytest.raises(WouldBlock):
            cached.need(KEYRING)
    assert world.facts.need(KEYRING)
