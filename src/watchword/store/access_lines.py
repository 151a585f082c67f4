"""Lines of buckets' access logs, on the disk until they are delivered: a spool.

1. Each process appends to a file of its own, which it holds by a lock (flock). So a killed server loses no
   line; a power cut may.
2. `closed` closes that file, and takes those of processes that have ended. Each is held by a lock while it is
   looked at, so one process delivers it.
3. What can't be delivered yet stays: the caller says what, and looks whether more than MOST bytes wait.
4. A line that can't be written, or is beyond MOST bytes of a file, is counted: so nobody fills the disk.

What a line says, and where it goes, belongs to `services.s3.access_logs`.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

MOST = 16 << 20
_OPEN, _CLOSED = ".open", ".closed"


class Entry(Struct, frozen=True, array_like=True):
    """A line, and where it goes: the text of a destination."""

    to: str
    text: str


class AccessLines:
    """The file of this process. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: int | None = None
        self._path = Path()
        self._size = self._lost = 0

    def append(self, folder: Path, entry: Entry) -> None:
        """Rules 1 and 4."""
        text = msgspec.json.encode(entry) + b"\n"
        with self._lock:
            if self._size + len(text) > MOST or not self._written(folder, text):
                self._lost += 1

    def lose(self) -> None:
        """Counts a line that couldn't be made."""
        with self._lock:
            self._lost += 1

    def lost(self) -> int:
        """How many lines were lost since this was asked."""
        with self._lock:
            lost, self._lost = self._lost, 0
        return lost

    def closed(self, folder: Path) -> Iterator["Closed"]:
        """Files that nobody appends to any more, the oldest first; each is held while the caller has it."""
        if not folder.is_dir():
            return
        self.close()
        for path in sorted(folder.glob(f"*{_OPEN}")):
            _close_abandoned(path)
        for path in sorted(folder.glob(f"*{_CLOSED}"), key=_age):
            with suppress(FileNotFoundError), path.open("rb") as file:  # another process has delivered it
                if _is_held(file.fileno()) and path.exists():
                    yield Closed(path, file.read())

    def close(self) -> None:
        """Ends the file of this process."""
        with self._lock:
            if self._file is not None:
                self._path.rename(self._path.with_suffix(_CLOSED))
                os.close(self._file)
                self._file, self._size = None, 0

    def reset(self, _now: datetime) -> None:
        """Forgets the lines of this process."""
        path = self._path.with_suffix(_CLOSED) if self._file is not None else None
        self.close()
        if path:
            path.unlink(missing_ok=True)

    def _written(self, folder: Path, text: bytes) -> bool:
        try:
            if self._file is None:
                self._begin(folder)
            assert self._file is not None
            if os.write(self._file, text) < len(text):  # half a line would spoil the next one
                os.ftruncate(self._file, self._size)
                return False
        except OSError:
            return False
        self._size += len(text)
        return True

    def _begin(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{os.urandom(16).hex()}{_OPEN}"
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)


class Closed:
    """A file that is held."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self.entries = [entry for line in data.splitlines() if (entry := _read(line))]
        self.size = len(data)

    def age(self, now: float) -> float:
        """Seconds since the last line."""
        return now - self._path.stat().st_mtime

    def keep(self, left: Sequence[Entry]) -> None:
        """Only these lines are left to deliver; with none, the file goes."""
        if not left:
            self._path.unlink(missing_ok=True)
        elif len(left) < len(self.entries):
            date = self._path.stat()
            new = self._path.with_suffix(".new")
            new.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in left))
            os.utime(new, ns=(date.st_atime_ns, date.st_mtime_ns))
            new.rename(self._path)


def waiting(folder: Path) -> int:
    """Bytes of closed files."""
    total = 0
    for path in folder.glob(f"*{_CLOSED}"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _read(line: bytes) -> Entry | None:
    """None for a line that a power cut left half."""
    try:
        return msgspec.json.decode(line, type=Entry)
    except ValueError:
        return None


def _close_abandoned(path: Path) -> None:
    """The writer of an open file holds it; if nobody does, the writer has ended."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        if _is_held(file.fileno()):
            path.rename(path.with_suffix(_CLOSED))


def _is_held(file: int) -> bool:
    """Takes the lock, if it is free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
