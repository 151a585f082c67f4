"""Background work: the bytes of all objects are read again, slowly, and what is wrong goes into the log.

1. Of all processes of a host one does it: the one that holds the lock of a file in the data directory.
2. It reads BUDGET bytes at a turn. Where it is, is in that file, so a restart goes on from there.
3. Objects at a store elsewhere aren't read: each read costs, and such stores verify their bytes themselves.
   `watchword objects check` reads them.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from watchword.services.jobs import Job
from watchword.services.s3.upkeep.verification import objects_from
from watchword.store.s3.inventory import Place
from watchword.world import World

FILE = "objects-verified"
BUDGET = 8 << 20
"""Bytes of a turn."""
LEAST = 64 << 10
"""What an object counts at least: to open it takes time too."""
TURN = timedelta(seconds=10)
REST = timedelta(days=7)
"""From the end of a round to the beginning of the next one."""

log = logging.getLogger(__name__)


class Progress(msgspec.Struct):
    """What the file says: where the round is, or when it ended."""

    place: Place = Place()
    ended: datetime | None = None


def verify(world: World) -> Iterator[None]:
    """One round, or what is left of it; yields after each turn."""
    if world.objects.folder is None:
        return
    with _alone(world.settings.data / FILE) as file:
        if file is None:
            return
        progress = _read(file)
        if progress.ended and world.clock.wall() < progress.ended + REST:
            return
        spent, place = 0, Place() if progress.ended else progress.place
        for step in objects_from(world.database, world.objects.uncached(), place):
            spent += step.read + (LEAST if step.done else 0)
            place = step.done or place
            if step.finding:
                log.error("object damaged", extra={"blob": step.finding.blob, "reason": step.finding.kind})
            if spent >= BUDGET:
                spent = 0
                _write(file, Progress(place))
                yield
        _write(file, Progress(ended=world.clock.wall().astimezone(UTC)))


@contextmanager
def _alone(file: Path) -> Iterator[int | None]:
    """The open file, while no other process has it; None if one has."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield handle
    except BlockingIOError:
        yield None
    finally:
        os.close(handle)


def _read(file: int) -> Progress:
    try:
        return msgspec.json.decode(os.pread(file, 1 << 16, 0), type=Progress)
    except ValueError:  # a new file, or one that a power failure cut
        return Progress()


def _write(file: int, progress: Progress) -> None:
    text = msgspec.json.encode(progress)
    os.pwrite(file, text, 0)
    os.ftruncate(file, len(text))


VERIFY = Job("verify objects", TURN, verify)
