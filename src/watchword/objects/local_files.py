"""Files of a local folder, opened and read without the store, which takes several times as long."""

import os


class OpenFile:
    """A file to read from. It is closed when nothing refers to it: an answer may never be sent."""

    __slots__ = ("_number", "size")

    def __init__(self, path: str) -> None:
        """Raises FileNotFoundError and other OSErrors."""
        self._number = -1
        self._number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._number).st_size

    def __del__(self) -> None:
        if self._number >= 0:
            os.close(self._number)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`; fewer where the file ends before."""
        return os.pread(self._number, end - start, start)
