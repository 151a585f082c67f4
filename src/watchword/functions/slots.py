"""Places for invocations that all processes of this host share: locked files (flock) in one directory.

A place is taken by locking its file. The kernel gives back what a process held that was killed, so nothing
has to be cleaned up, and there is nothing that can be counted wrong. A lock belongs to an open file, so the
threads of one process exclude each other as processes do.
"""

import fcntl
import os
from pathlib import Path


class Slots:
    """The places in one directory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def take(self, name: str, most: int) -> int | None:
        """Takes one of the first `most` places of that name; None when all are taken."""
        for number in range(most):
            file = os.open(self._folder / f"{name}.{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                return file
        return None

    def give_back(self, place: int) -> None:
        """Unlocked before it is closed: a process that is just being started has a copy for a moment."""
        fcntl.flock(place, fcntl.LOCK_UN)
        os.close(place)
