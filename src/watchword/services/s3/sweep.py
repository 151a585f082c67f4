"""Garbage collection of blobs: bytes without an object or part, left by a server that was killed."""

from collections.abc import Collection
from datetime import timedelta

from watchword.services.jobs import Job
from watchword.store.s3 import objects, parts
from watchword.world import World

LONGEST_UPLOAD = timedelta(days=1)
"""Younger blobs may belong to an upload under way, which has no row yet."""


def sweep(world: World) -> int:
    """Deletes blobs that no row names. Returns how many."""

    def in_use(blobs: Collection[str]) -> Collection[str]:
        with world.database.read() as tx:
            return [*objects.blobs_in_use(tx, blobs), *parts.blobs_in_use(tx, blobs)]

    return world.objects.sweep(in_use, world.clock.wall() - LONGEST_UPLOAD)


SWEEP = Job("sweep objects", timedelta(days=1), sweep)
