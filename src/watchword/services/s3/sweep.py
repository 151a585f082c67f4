"""Housekeeping: bytes that neither an object nor a part has, left behind by a server that was killed."""

from collections.abc import Collection
from datetime import timedelta

from watchword.services.jobs import Job
from watchword.store.s3 import objects, parts
from watchword.world import World

LONGEST_UPLOAD = timedelta(days=1)
"""Younger blobs may still get their row."""


def sweep(world: World) -> int:
    """Deletes what is left behind; how many blobs went."""

    def in_use(blobs: Collection[str]) -> Collection[str]:
        with world.database.read() as tx:
            return [*objects.blobs_in_use(tx, blobs), *parts.blobs_in_use(tx, blobs)]

    return world.objects.sweep(in_use, world.clock.wall() - LONGEST_UPLOAD)


SWEEP = Job("sweep objects", timedelta(days=1), sweep)
