"""Large bodies on the disk while they are received: a private file for each, in the data directory.

The file is written on the event loop, into the kernel's page cache. Whoever gets a finished body removes its
file. A client that leaves before its last byte leaves none behind. The files of a server that was killed are
removed by `sweep_spool`, once they are old.
"""

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

ABANDONED = timedelta(hours=1)
"""A file that was not written to for so long is nobody's: `connection` ends connections that fall silent."""
_PREFIX = "incoming-"


class Spool:
    """The file of one body. Any method may raise OSError; `drop` doesn't."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=folder, prefix=_PREFIX, delete=False)  # noqa: SIM115

    def write(self, piece: bytes | bytearray) -> None:
        self._file.write(piece)

    def finish(self) -> Path:
        """The whole body. The caller removes it."""
        self._file.close()
        return Path(self._file.name)

    def drop(self) -> None:
        """Nobody wants the body."""
        with suppress(OSError):
            self._file.close()
        Path(self._file.name).unlink(missing_ok=True)


def sweep_spool(folder: Path, now: datetime) -> None:
    """Removes bodies whose server was killed while it received or read them."""
    for file in folder.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (now - ABANDONED).timestamp():
                file.unlink()
