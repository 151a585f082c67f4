"""The reserve of the audit journal: room for records when the disk is full.

It is a file of the journal whose room is allocated beforehand, so that nothing else on the disk can take it.
Each process has its own. What a killed process left behind is mended by the next one that starts: events in
it stay, the rest of its room is given back.
While it is in use, the operator's log says once a minute how long it will last.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from watchword.proofs.audit_chain import Event
from watchword.store.audit_file import AuditFile, mend
from watchword.store.disk import Disk

PREFIX = "reserve-"
SECONDS = 1.0
"""Between attempts to do without it."""
LOG_SECONDS = 60.0
LARGE_EVENT = 1 << 16
"""Bytes. With less than that left it counts as used up."""

log = logging.getLogger(__name__)


class Reserve:
    """The reserve of one process. Used under the journal's lock."""

    def __init__(self, disk: Disk, size: int) -> None:
        """size: bytes; 0 for none."""
        self._disk, self._size = disk, size
        self._monotonic = disk.monotonic
        self._file: AuditFile | None = None
        self._place: tuple[Path, bytes] | None = None
        self._entered: float | None = None
        self._reason = ""
        self._next_attempt = self._next_line = 0.0
        self._size_then = 0

    @property
    def in_use(self) -> bool:
        return self._entered is not None

    @property
    def used_up(self) -> bool:
        """Whether it has no room for another large event, and the disk has none either."""
        used = self._file is not None and self._file.left < LARGE_EVENT
        return self.in_use and used and bool(self._disk.shortage())

    @property
    def _whole(self) -> bool:
        return self._file is not None and not self._file.size

    def begin(self, directory: Path, key: bytes) -> None:
        """Makes the reserve, or tries again later; first mends those of killed processes."""
        if not self._size:
            return
        for left in directory.glob(f"{PREFIX}*"):
            mend(left)
        self._place = directory, key
        self._renew()

    def append(self, events: Sequence[Event]) -> None:
        """Writes all events, or raises OSError."""
        assert self._file is not None, "it was entered"
        self._file.append(events)
        self._tell()

    def enter(self, full: OSError) -> None:
        """Begins to use it, or goes on. Raises `full` if there is none."""
        if self._file is None or self._file.removed:
            raise full
        now = self._monotonic()
        self._next_attempt, self._reason = now + SECONDS, full.strerror or str(full)
        if self._entered is None:
            self._entered, self._size_then, self._next_line = now, self._file.size, now

    def may_be_left(self) -> bool:
        """Whether it is time to try the file of the day again."""
        now = self._monotonic()
        if now < self._next_attempt:
            return False
        self._next_attempt = now + SECONDS
        return not self._disk.shortage()

    def leave(self) -> None:
        """The file of the day was written to: the reserve isn't needed now, and is made whole again."""
        if self._entered is not None:
            self._entered = None
            log.warning("audit reserve no longer in use")
            self._renew()
        elif self._place and not self._whole and self.may_be_left():
            self._renew()

    def shortage(self, more: int) -> str:
        """Why no change should be begun now; empty if nothing is against it."""
        if self.in_use:
            return "the audit journal is on its reserve"
        return self._disk.shortage(more)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _renew(self) -> None:
        """A whole reserve instead of none, or of one that was used. The old one stays if there is no room."""
        assert self._place is not None, "it was begun"
        directory, key = self._place
        try:
            new = AuditFile.new(directory, f"{PREFIX}{os.getpid()}", key, self._size)
        except OSError as full:
            log.warning("audit reserve missing", extra={"bytes": self._size, "reason": full.strerror})
            return
        self.close()
        self._file = new

    def _tell(self) -> None:
        now = self._monotonic()
        if now < self._next_line or self._file is None or self._entered is None:
            return
        self._next_line = now + LOG_SECONDS
        used, seconds = self._file.size - self._size_then, now - self._entered
        lasts = f"{self._file.left * seconds / used / 60:.0f} minutes" if used and seconds else "unknown"
        told = {"reason": self._reason, "bytes_left": self._file.left, "lasts": lasts}
        log.warning("audit reserve in use", extra=told)
