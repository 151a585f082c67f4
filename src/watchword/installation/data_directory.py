"""The data directory is private: no other user of the host can read or write it.

A user who can read it is the administrator of every account. So:

1. a new directory gets mode 0700, and so does an existing one that is still empty;
2. any other directory that others can read or write is refused, since its files may have been read or
   replaced, and it may serve other purposes too.

Files in it are private by the umask of the `watchword` command.
"""

import stat
from pathlib import Path

UMASK = 0o077
_PRIVATE = 0o700


class NotPrivate(Exception):  # noqa: N818 its message is the line that the operator reads
    """Others can read or write the directory; the message is one line."""


def make_private(directory: Path) -> None:
    """Makes the directory, or closes an empty one. Raises NotPrivate, or OSError when it can't be made."""
    directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    # This order: once another process has put files here, it has closed the directory before.
    if not any(directory.iterdir()):
        directory.chmod(_PRIVATE)
    check_private(directory)


def check_private(directory: Path) -> None:
    """Raises NotPrivate, or OSError for a directory that isn't there."""
    mode = stat.S_IMODE(directory.stat().st_mode)
    if mode & UMASK:
        raise NotPrivate(
            f"data directory {directory}: others can read or write it (mode {mode:04o}); "
            "check what is in it and chmod 700 it, or name a new directory"
        )
