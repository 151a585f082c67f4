"""Garbage collection of blobs: bytes without an object or part, left by a server that was killed."""

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from functools import partial

from watchword.objects import BlobMissingError, Objects
from watchword.objects.blob_names import family, is_joined
from watchword.services.jobs import Job
from watchword.store import Database
from watchword.store.s3 import objects, parts
from watchword.world import World

LONGEST_UPLOAD = timedelta(days=1)
"""Younger blobs may belong to an upload under way, which has no row yet."""


def sweep(world: World) -> int:
    """Deletes blobs that no row names. Returns how many."""
    named = partial(in_use, world.database, world.objects)
    return world.objects.sweep(named, world.clock.wall() - LONGEST_UPLOAD)


def in_use(database: Database, stored: Objects, blobs: Collection[str]) -> Collection[str]:
    """Those of the blobs that a row names, and the pieces of those.

    A piece is of the family of what it is a piece of, so the rows of its family are all that can name it.
    """
    with database.read() as tx:
        named = {*objects.blobs_in_use(tx, blobs), *parts.blobs_in_use(tx, blobs)}
        families = {family(each) for each in blobs if each not in named and family(each) != each}
        rows = {
            row
            for each in families
            for row in (*objects.blobs_of_family(tx, each), *parts.blobs_of_family(tx, each))
        }
    for row in filter(is_joined, rows):
        with suppress(BlobMissingError):  # it was deleted meanwhile
            named.update(stored.stored(row))
    return named


SWEEP = Job("sweep objects", timedelta(days=1), sweep)
