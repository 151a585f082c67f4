"""The audit journal: append-only JSON Lines, a file for each process and day.

An event is one line, and is written before its answer is sent. So a killed process loses no event, and where
no event can be written, callers are refused. Events of answers that are sent together are written by one
write(). The lines of a file are a chain (`proofs.audit_chain`).

1. A server keeps a reserve: a file whose room on the disk is its own (docs/decisions/0014). It takes the
   events when the file of the day can't.
2. While it is in use, `shortage` says so, and the server begins no change. Once a second the file of the day
   is tried again.
3. When there is room again, the reserve that was used is closed and a new one takes its place.

Events of changes are in the database instead, committed with the change (`audit`). The content of an event
belongs to `watchword.access.record`.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import msgspec

from watchword.proofs.audit_chain import Event
from watchword.store.audit_file import AuditFile, contents, files, name_in_chain, opened
from watchword.store.audit_reserve import Reserve
from watchword.store.disk import Disk


class Journal:
    """The journal of this process."""

    def __init__(self, directory: Path, key: bytes, reserve: Reserve | None = None) -> None:
        self._files = _Files(directory, key, reserve or Reserve(Disk({}, 0), 0))

    def append(self, event: Event, now: datetime) -> None:
        """Writes one event. Raises OSError when it can't be written; the caller must then refuse."""
        self._files.write([event], now)

    def gathering(self) -> "Gathering":
        """The same journal, buffered: its events are written together."""
        return Gathering(self._files)

    def keep_reserve(self) -> None:
        """Makes the reserve; from now on there is one whenever there is room for it."""
        self._files.keep_reserve()

    def shortage(self, more: int = 0) -> str:
        """Why no change should be begun now, for the operator; empty if nothing is against it.

        more: bytes that the change will write besides.
        """
        return self._files.shortage(more)

    @property
    def on_reserve(self) -> bool:
        """Whether the disk is full, and what remains of the reserve is all that there is."""
        return self._files.on_reserve

    @property
    def used_up(self) -> bool:
        """Whether nothing more can be recorded: the disk is full, and so is the reserve."""
        return self._files.used_up

    def close(self) -> None:
        self._files.close()


class Gathering(Journal):
    """A buffer of events for one thread, until `write`."""

    def __init__(self, files: "_Files") -> None:  # it shares the files of the other
        self._files = files
        self._events: list[Event] = []
        self._now: datetime | None = None

    def append(self, event: Event, now: datetime) -> None:
        self._events.append(event)
        self._now = now

    def write(self) -> None:
        """Writes all buffered events. Raises OSError when they can't be written; refuse all callers then."""
        events, self._events = self._events, []
        if self._now is not None and events:
            self._files.write(events, self._now)


class _Files:
    """The file of the day, and the reserve."""

    def __init__(self, directory: Path, key: bytes, reserve: Reserve) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory, self._key = directory, key
        self._lock = threading.Lock()
        self._day = 0
        self._file: AuditFile | None = None
        self._reserve = reserve

    def keep_reserve(self) -> None:
        with self._lock:
            self._reserve.begin(self._directory, self._key)

    def write(self, events: Sequence[Event], now: datetime) -> None:
        """Writes all events, or raises OSError."""
        with self._lock:
            if self._reserve.in_use and not self._reserve.may_be_left():
                self._reserve.append(events)
                return
            try:
                self._file_of(now).append(events)
            except OSError as full:
                self._reserve.enter(full)
                self._reserve.append(events)
            else:
                self._reserve.leave()

    def shortage(self, more: int) -> str:
        return self._reserve.shortage(more)

    @property
    def on_reserve(self) -> bool:
        return self._reserve.in_use

    @property
    def used_up(self) -> bool:
        return self._reserve.used_up

    def close(self) -> None:
        with self._lock:
            self._close_day()
            self._reserve.close()

    def _file_of(self, now: datetime) -> AuditFile:
        day = now.toordinal()
        if self._file is None or day != self._day:
            self._close_day()
            self._file = AuditFile.new(self._directory, f"{now:%Y-%m-%d}-{os.getpid()}", self._key)
            self._day = day
        return self._file

    def _close_day(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def newest_first(directory: Path) -> Iterator[dict[str, Any]]:
    """All events, from the newest file to the oldest, and each file from its end."""
    return chain.from_iterable(events for _, events in by_file(directory))


def by_file(directory: Path) -> Iterator[tuple[datetime, Iterator[dict[str, Any]]]]:
    """When each file was last written, newest first, and its events from its end."""
    for file in sorted(files(directory), key=_changed, reverse=True):
        yield datetime.fromtimestamp(_changed(file), UTC), _from_the_end(file)


def _from_the_end(file: Path) -> Iterator[dict[str, Any]]:
    """Skips unreadable lines, such as a last line that a kill cut off."""
    with suppress(FileNotFoundError):  # a reserve that wasn't needed
        for line in reversed(contents(file).split(b"\n")):
            if event := _read(line):
                yield event


class Tail:
    """What is written to any file of a journal from now on."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[str, int] = {}
        """How many bytes of each file were seen, by its name in its chain."""
        for file in files(directory):
            with suppress(FileNotFoundError):
                self._read[name_in_chain(file)] = len(contents(file))

    def more(self) -> Iterator[dict[str, Any]]:
        """The events since the last call."""
        for file in files(self._directory):
            name = name_in_chain(file)
            start = self._read.get(name, 0)
            with suppress(FileNotFoundError):
                lines, rest, _ = contents(file, start).rpartition(b"\n")
                self._read[name] = start + len(lines + rest)
                yield from filter(None, map(_read, lines.split(b"\n")))


def lines_with(directory: Path, text: bytes, since: datetime) -> Iterator[bytes]:
    """The lines in which a text occurs, of the files that were written since then; in no order.

    The files are mapped into memory, so that what is skipped is neither copied nor split into lines.
    """
    for file in files(directory):
        if _changed(file) < since.timestamp():
            continue
        with (
            suppress(FileNotFoundError, ValueError),  # gone, or empty
            file.open("rb") as source,
            mmap(source.fileno(), 0, access=ACCESS_READ) as mapped,
        ):
            yield from _lines_with(mapped, text)


def written_since(directory: Path, since: datetime | None) -> list[tuple[Path, int]]:
    """The files that can have events from then on, and how many bytes each has."""
    found = []
    for file in sorted(files(directory)):
        with suppress(FileNotFoundError):
            about = file.stat()
            if since is None or about.st_mtime >= since.timestamp():
                found.append((file, about.st_size))
    return found


def whole_lines(file: Path) -> Iterator[bytes]:
    """The lines of a file, read one by one. A last line that isn't whole yet is left out."""
    with suppress(FileNotFoundError), opened(file) as source:
        for line in source:
            if line.endswith(b"\n"):
                yield line


def _lines_with(mapped: mmap, text: bytes) -> Iterator[bytes]:
    end = 0
    while (found := mapped.find(text, end)) >= 0:
        start = mapped.rfind(b"\n", end, found) + 1 or end
        end = mapped.find(b"\n", found)
        if end < 0:
            return  # it isn't whole yet
        yield mapped[start:end]


def mentions(directory: Path, text: str) -> bool:
    """Whether a text without escapes, such as an id, occurs in any line."""
    for file in files(directory):
        with suppress(FileNotFoundError):
            if text.encode() in contents(file):
                return True
    return False


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read(line: bytes) -> dict[str, Any]:
    """The event of a line; empty when it can't be read."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (ValueError, RecursionError):
        return {}
