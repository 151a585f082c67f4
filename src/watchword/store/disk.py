"""Whether the disks that a server writes to have room.

They count as full while less than `least` bytes are free: that much is left for what must go on, such as
small changes of the database and records of the audit journal. Free is what this process may still use
(statvfs: f_bavail). A file system that can't be asked isn't full. Quotas that statvfs doesn't show are found
out by the write that fails.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

Free = Callable[[Path], int]
Monotonic = Callable[[], float]


def free_bytes(directory: Path) -> int:
    """Bytes that this process may still use of the directory's file system."""
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize


class Disk:
    """The file systems of some directories, which have names for the operator."""

    def __init__(
        self,
        directories: Mapping[str, Path],
        least: int,
        *,
        free: Free = free_bytes,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """least: 0 if the disks never count as full."""
        self.monotonic = monotonic
        self._directories, self._least, self._free = directories, least, free

    def shortage(self, more: int = 0) -> str:
        """Which disk is too full to write `more` bytes to it, in words for the operator; empty if none is."""
        for name, directory in self._directories.items() if self._least else ():
            with suppress(OSError):
                free = self._free(directory)
                if free - more < self._least:
                    return f"{name}: {free} bytes are free, {self._least + more} are needed"
        return ""
