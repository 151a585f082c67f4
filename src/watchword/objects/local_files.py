"""Files of a local folder: read, written and removed without the store, which takes several times as long.

A file is written whole or not at all, under its own name: no row names it before it is whole, and what a
killed server leaves is swept. When `write` returns, the file and its name are on stable storage, unless
there is nothing to sync its folder.
"""

import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from itertools import islice

_AT_ONCE = 16
"""Pieces that one system call writes."""
_PRIVATE = 0o600


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


class FolderSyncs:
    """Syncs of folders, which threads share: one sync is for all names that were written before it began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: dict[str, Future[None]] = {}
        """Folder -> the sync that hasn't begun: who comes now waits for it."""
        self._running: dict[str, Future[None]] = {}

    def sync(self, folder: str) -> None:
        """Waits until all names that are in the folder now are on stable storage. Raises OSError."""
        with self._lock:
            shared = self._coming.get(folder)
            if shared is None:
                mine, before = Future[None](), self._running.get(folder)
                self._coming[folder] = mine
        if shared is not None:
            shared.result()
            return
        if before:
            wait((before,))
        with self._lock:
            self._running[folder] = self._coming.pop(folder)
        try:
            sync(folder)
        except OSError as error:
            mine.set_exception(error)
            raise
        mine.set_result(None)


def write(path: str, pieces: Iterable[bytes], syncs: FolderSyncs | None) -> None:
    """Writes a new file. When `pieces` or the disk raises, there is none."""
    file = _create(path)
    try:
        source = iter(pieces)
        while some := list(islice(source, _AT_ONCE)):
            _write_all(file, some)
        if syncs:
            os.fdatasync(file)
            syncs.sync(os.path.dirname(path))  # noqa: PTH120 a path object costs as much as the write
    except BaseException:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108 as above
        raise
    finally:
        os.close(file)


def sync(path: str) -> None:
    """Waits until a file, or the names in a folder, are on stable storage."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _create(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        return os.open(path, flags, _PRIVATE)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 as above
        return os.open(path, flags, _PRIVATE)


def _write_all(file: int, pieces: Sequence[bytes]) -> None:
    written = os.writev(file, pieces)
    if written < sum(map(len, pieces)):  # the disk is full, or a signal came
        rest = memoryview(b"".join(pieces))[written:]
        while rest:
            rest = rest[os.write(file, rest) :]
