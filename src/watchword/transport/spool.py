"""Large bodies on the disk while they are received: a private file for each, in the data directory.

The file is written on the event loop, into the kernel's page cache. The caller of `finish` removes it. A
client that leaves before its last byte leaves no file behind. Files of a server that was killed are removed
by `sweep_spool`, once they are old.
"""

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

ABANDONED = timedelta(hours=1)
"""A file that was last written so long ago is in use no more: `connection` closes silent connections."""
_PREFIX = "incoming-"


class Spool:
    """The file of one body. Any method may raise OSError; `drop` doesn't."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=folder, prefix=_PREFIX, delete=False)  # noqa: SIM115

    def write(self, piece: bytes | bytearray) -> None:
        self._file.write(piece)

    def finish(self) -> Path:
        """The file of the whole body. The caller removes it."""
        self._file.close()
        return Path(self._file.name)

    def drop(self) -> None:
        """Removes the file."""
        with suppress(OSError):
            self._file.close()
        Path(self._file.name).unlink(missing_ok=True)


def sweep_spool(folder: Path, now: datetime) -> None:
    """Removes bodies whose server was killed while it received or read them."""
    for file in folder.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (now - ABANDONED).timestamp():
                file.unlink()
