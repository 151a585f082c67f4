"""The audit journal: append-only JSON Lines, a file for each process and day.

An event is one line, and is written before its answer is sent. So a killed process loses no event, and with a
full disk callers are refused rather than events dropped. Events of answers that are sent together are written
by one write().
Each line has the SHA-256 of the previous line of its file (a hash chain), so a line that was changed or
removed is noticed. Events of changes are in the database instead, committed with the change (`audit`).
The content of an event belongs to `watchword.access.record`.
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
    """The journal of this process."""

    def __init__(self, directory: Path) -> None:
        self._file = _File(directory)

    def append(self, event: Event, now: datetime) -> None:
        """Writes one event. Raises OSError when it can't be written; the caller must then refuse."""
        self._file.write([event], now)

    def gathering(self) -> "Gathering":
        """The same journal, buffered: its events are written together."""
        return Gathering(self._file)

    def close(self) -> None:
        self._file.close()


class Gathering(Journal):
    """A buffer of events for one thread, until `write`."""

    def __init__(self, file: "_File") -> None:  # it shares the file of the other
        self._file = file
        self._events: list[Event] = []
        self._now: datetime | None = None

    def append(self, event: Event, now: datetime) -> None:
        self._events.append(event)
        self._now = now

    def write(self) -> None:
        """Writes all buffered events. Raises OSError when they can't be written; refuse all callers then."""
        events, self._events = self._events, []
        if self._now is not None and events:
            self._file.write(events, self._now)


class _File:
    """The file of the day, and the hash of its last line."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._lock = threading.Lock()
        self._day = 0
        self._descriptor = -1
        self._previous = ""

    def write(self, events: Iterable[Event], now: datetime) -> None:
        """Writes all events, or raises OSError."""
        with self._lock:
            self._rotate(now)
            lines, previous = bytearray(), self._previous
            for event in events:
                line = _encoder.encode({**event, "previousLine": previous})
                lines += line + b"\n"
                previous = hashlib.sha256(line).hexdigest()
            if os.write(self._descriptor, lines) != len(lines):
                self._day = 0  # the file ends with a partial line; the next event begins a new file
                raise OSError("the audit journal could write only a part of an event")
            self._previous = previous

    def close(self) -> None:
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor, self._day = -1, 0

    def _rotate(self, now: datetime) -> None:
        day = now.toordinal()
        if day == self._day:
            return
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._descriptor = _create(self._directory, f"{now:%Y-%m-%d}-{os.getpid()}")
        self._day, self._previous = day, ""


def _create(directory: Path, stem: str) -> int:
    """Opens a new file; the count in its name distinguishes files of the same process id."""
    for count in itertools.count():
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
            return os.open(directory / f"{stem}-{count}.jsonl", flags, _PRIVATE)
        except FileExistsError:
            continue
    raise AssertionError("unreachable")


def newest_first(directory: Path) -> Iterator[Event]:
    """All events, from the newest file to the oldest, and each file from its end.

    Skips unreadable lines, such as a last line that a kill cut off.
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
    """The event of a line; empty when it can't be read."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (ValueError, RecursionError):
        return {}
