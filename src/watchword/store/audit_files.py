"""The audit journal: JSON Lines, appended, one file a process and day, never rewritten.

A record is one line, and is written before its answer is sent: nothing is lost when the process is killed,
and a full disk slows or refuses callers rather than dropping records. Records of answers that leave together
are gathered and written by one write().
Each line carries the SHA-256 of the line before it in its file, so a line that was taken out or changed
shows. Records of changes are not here but in the database, committed with the change.
What a record says belongs to `watchword.access.record`.
"""

import hashlib
import itertools
import os
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

Event = dict[str, Any]

_PRIVATE = 0o600
_encoder = msgspec.json.Encoder()


class Journal:
    """One process's end of the journal."""

    def __init__(self, directory: Path) -> None:
        self._file = _File(directory)

    def append(self, event: Event, now: datetime) -> None:
        """Writes one event. Raises OSError when it can't be kept; the caller must then refuse."""
        self._file.write([event], now)

    def gathering(self) -> "Gathering":
        """The same journal, whose events are written together."""
        return Gathering(self._file)

    def close(self) -> None:
        self._file.close()


class Gathering(Journal):
    """The journal of one thread, where events wait for `write`."""

    def __init__(self, file: "_File") -> None:  # no end of its own: it is the other's
        self._file = file
        self._events: list[Event] = []
        self._now: datetime | None = None

    def append(self, event: Event, now: datetime) -> None:
        self._events.append(event)
        self._now = now

    def write(self) -> None:
        """Writes what was gathered. Raises OSError when it can't be kept; every caller is then refused."""
        events, self._events = self._events, []
        if self._now is not None and events:
            self._file.write(events, self._now)


class _File:
    """The file of a day, and the line that the next one follows."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._lock = threading.Lock()
        self._day = 0
        self._descriptor = -1
        self._previous = ""

    def write(self, events: Iterable[Event], now: datetime) -> None:
        """All of the events are kept, or OSError is raised."""
        with self._lock:
            self._turn(now)
            lines, previous = bytearray(), self._previous
            for event in events:
                line = _encoder.encode({**event, "previousLine": previous})
                lines += line + b"\n"
                previous = hashlib.sha256(line).hexdigest()
            if os.write(self._descriptor, lines) != len(lines):
                self._day = 0  # a half line ends this file; the next record begins another
                raise OSError("the audit journal took only part of a record")
            self._previous = previous

    def close(self) -> None:
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor, self._day = -1, 0

    def _turn(self, now: datetime) -> None:
        day = now.toordinal()
        if day == self._day:
            return
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._descriptor = _create(self._directory, f"{now:%Y-%m-%d}-{os.getpid()}")
        self._day, self._previous = day, ""


def _create(directory: Path, stem: str) -> int:
    """A new file's descriptor; the count in its name tells apart files of one process id."""
    for count in itertools.count():
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
            return os.open(directory / f"{stem}-{count}.jsonl", flags, _PRIVATE)
        except FileExistsError:
            continue
    raise AssertionError("unreachable")


def newest_first(directory: Path) -> Iterator[Event]:
    """The journal's events, file by file from the newest, each file from its end.

    Unreadable lines (a last line cut off by a kill) are passed over.
    """
    files = sorted(directory.glob("*.jsonl"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files:
        for line in reversed(file.read_bytes().splitlines()):
            if event := _read(line):
                yield event


def broken_links(file: Path) -> list[int]:
    """Line numbers (from 1) whose `previousLine` isn't the hash of the line before them."""
    previous, broken = "", []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if _read(line).get("previousLine") != previous:
            broken.append(number)
        previous = hashlib.sha256(line).hexdigest()
    return broken


def _read(line: bytes) -> Event:
    """What a line says; nothing when it can't be read, whoever wrote it."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (ValueError, RecursionError):
        return {}
