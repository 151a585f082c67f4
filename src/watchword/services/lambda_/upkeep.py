"""Background work: idle instances end, packages that no version has are deleted, and old dead letters."""

import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

from watchword.services.jobs import Job
from watchword.store.functions import dead_letters, versions
from watchword.world import World

YOUNG = timedelta(days=1)
"""A younger package may belong to a request under way, which has no row yet."""

KEPT = timedelta(days=14)
"""How long dead letters are kept, as long as a queue of AWS can keep them."""


def end_idle(world: World) -> None:
    """Ends instances that weren't used for long."""
    if world.functions:
        world.functions.end_idle()


def sweep(world: World) -> int:
    """Deletes packages that no version has, and what was unpacked of them. Returns how many."""

    def in_use(blobs: Collection[str]) -> Collection[str]:
        with world.database.read() as tx:
            return versions.blobs_in_use(tx, blobs)

    before = world.clock.wall() - YOUNG
    for folder in world.settings.unpacked.glob("*/code/*"):
        with suppress(OSError):
            if folder.stat().st_mtime < before.timestamp() and not in_use([folder.name.replace("-", "/", 1)]):
                shutil.rmtree(folder)
    return world.packages.sweep(in_use, before)


def remove_dead_letters(world: World) -> int:
    """Removes dead letters that are old. Returns how many."""
    now = world.clock.now()
    with world.database.write(now, shared=True) as tx:
        return dead_letters.remove_older(tx, now - KEPT)


JOBS = (
    Job("end idle functions", timedelta(seconds=30), end_idle),
    Job("sweep packages", timedelta(days=1), sweep),
    Job("remove dead letters", timedelta(hours=1), remove_dead_letters),
)
