"""One file of the audit journal: lines in a chain (`proofs.audit_chain`), written by one process.

A write is all or nothing: what a full disk took of it is cut off again, so the file ends with a whole line.
A file can be given `room` at its start: so much of the disk is its own (posix_fallocate). It is spare until
its first line: it has another suffix, and those who read the journal needn't look at it. Lines are written in
place of the zeros that the room is made of; what is left of these goes when the file is closed.
On a system without posix_fallocate, or on a file system that copies on write, the room isn't certain.
"""

import errno
import fcntl
import itertools
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from watchword.proofs.audit_chain import Chain, Event

SUFFIX = ".jsonl"
SPARE = ".spare"
_PRIVATE = 0o600


class AuditFile:
    """An open file. One with room is locked, so that others can tell it from what a killed process left."""

    def __init__(self, path: Path, key: bytes, room: int = 0) -> None:
        """Makes the file, whose name ends in SUFFIX. Raises FileExistsError, or OSError for want of room."""
        self._chain = Chain.begin(key, path.name)
        if room and path.exists():
            raise FileExistsError(path)
        self._path, self._room = path.with_suffix(SPARE) if room else path, room
        append = 0 if room else os.O_APPEND
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | append, _PRIVATE)
        self.size = 0
        """Bytes that have been written."""
        try:
            if room:
                _lock(self._descriptor)
                _allocate(self._descriptor, room)
        except OSError:
            self.close()
            raise

    @classmethod
    def new(cls, directory: Path, stem: str, key: bytes, room: int = 0) -> Self:
        """A file of that name; a count in it keeps it apart from others."""
        for count in itertools.count():
            with suppress(FileExistsError):
                return cls(directory / f"{stem}-{count}{SUFFIX}", key, room)
        raise AssertionError("unreachable")

    @property
    def left(self) -> int:
        """Bytes of its room that can still be written."""
        return self._room - self.size

    @property
    def removed(self) -> bool:
        """Whether its name is gone, so that what is written could never be read."""
        return not os.fstat(self._descriptor).st_nlink

    def append(self, events: Sequence[Event]) -> None:
        """Writes all events, or raises OSError and has written none."""
        text, chain = self._chain.extend(events)
        if self._room and len(text) > self.left:
            raise OSError(errno.ENOSPC, "the audit journal's reserve is used up")
        if self._write(text) != len(text):
            self._cut(len(text))
            raise OSError(errno.ENOSPC, "the audit journal could write only a part of an event")
        if self._room and not self.size:
            self._path = _in_use(self._path)
        self._chain = chain
        self.size += len(text)

    def close(self) -> None:
        """Leaves the file with what was written; a file without a line is removed."""
        if self._descriptor < 0:
            return
        with suppress(OSError):
            if self.size == 0:
                self._path.unlink()
            elif self._room:
                os.ftruncate(self._descriptor, self.size)
        os.close(self._descriptor)
        self._descriptor = -1

    def _write(self, text: bytes) -> int:
        if self._room:
            return os.pwrite(self._descriptor, text, self.size)
        return os.write(self._descriptor, text)

    def _cut(self, length: int) -> None:
        with suppress(OSError):
            if self._room:
                os.pwrite(self._descriptor, bytes(length), self.size)
            else:
                os.ftruncate(self._descriptor, self.size)


def files(directory: Path) -> list[Path]:
    """All files of a journal that can have lines."""
    return [*directory.glob(f"*{SUFFIX}"), *directory.glob(f"*{SPARE}")]


def contents(file: Path, start: int = 0) -> bytes:
    """The lines of a file from an offset on, without the zeros of room that is left. Raises OSError."""
    with opened(file) as source:
        source.seek(start)
        first = source.read(1)
        return b"" if first == b"\0" else (first + source.read()).rstrip(b"\0")


def opened(file: Path) -> BinaryIO:
    """A file, under whichever name it has now. Raises OSError."""
    try:
        return file.open("rb")
    except FileNotFoundError:
        if file.suffix != SPARE:
            raise
        return file.with_suffix(SUFFIX).open("rb")  # it got its first line meanwhile


def name_in_chain(file: Path) -> str:
    """The name that a file's chain begins with."""
    return file.with_suffix(SUFFIX).name


def mend(file: Path) -> None:
    """Closes a file with room for a process that was killed. One that is still open stays as it is."""
    with suppress(OSError), file.open("r+b") as left:
        _lock(left.fileno())
        end = len(contents(file))
        if not end:
            file.unlink()
        elif end < file.stat().st_size:
            left.truncate(end)
            _in_use(file)


def _in_use(file: Path) -> Path:
    """The file under its name in the chain, unless the disk has no room for that or another has the name."""
    try:
        file.with_suffix(SUFFIX).hardlink_to(file)  # unlike renaming, it never replaces a file
    except OSError:
        return file
    with suppress(OSError):
        file.unlink()
    return file.with_suffix(SUFFIX)


def _lock(descriptor: int) -> None:
    """Raises OSError when another process has the file, or has removed it meanwhile."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if not os.fstat(descriptor).st_nlink:
        raise OSError(errno.ENOENT, "the file was removed before it was locked")


def _allocate(descriptor: int, room: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, room)
    else:
        os.ftruncate(descriptor, room)
