"""A process that takes more memory than it may lets go of what it cached, rather than be killed.

The caches are bounded by estimates, and a caller can find what takes more than was estimated. Only what is
cached of the database is dropped: it is read again when it is needed.
"""

import ctypes
import gc
import logging
import resource
from datetime import timedelta
from pathlib import Path

from watchword.services.jobs import Job
from watchword.world import World

_M_ARENA_MAX = -8
"""mallopt(3)."""
_ARENAS = 2
"""One is the event loop's."""

log = logging.getLogger(__name__)


def resident() -> int | None:
    """Bytes of memory that this process takes now; None where the system doesn't say (only Linux does)."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return None
    return int(pages) * resource.getpagesize()


def make_room(world: World) -> None:
    """Drops cached facts when the process takes more than it may."""
    taken = resident()
    if taken is None or taken <= world.settings.memory << 20:
        return
    world.facts.forget()
    gc.collect()
    give_back()
    log.warning("memory", extra={"taken": taken, "left": resident()})


def share_arenas() -> None:
    """Has all threads allocate from few arenas of the C library (glibc), which else makes one for each.

    What one thread frees, another one takes then. For clients that read large objects slowly, it halves
    what the process takes.
    """
    if tune := getattr(ctypes.CDLL(None), "mallopt", None):
        tune(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Gives freed memory back to the system, where the C library can (glibc)."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


MEMORY = Job("make room in memory", timedelta(seconds=10), make_room)
