"""A hold: while there is one, no process deletes a blob (copy-on-write for backups).

A backup holds the blobs, takes a snapshot of the database, and copies the blobs that this names; none of them
goes meanwhile, whatever is replaced or deleted. What wasn't deleted for a hold is swept away later.

1. The hold is a file or object at the place of the blobs, so every process of every host sees it.
2. It is written again every minute and ends ten minutes after the last time, as when the backup was killed.
3. On the local disk each deletion looks for it. Elsewhere a process looks once in half a minute: who holds
   waits that long before it begins. Who can't look doesn't delete.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchword.objects.failures import BlobMissingError, PlaceUnavailable, translated

if TYPE_CHECKING:
    from obstore.store import ObjectStore

HOLD = "watchword-hold"
LASTS_SECONDS = 600.0
RENEWED_SECONDS = 60.0
REMEMBERED_SECONDS = 30.0


@dataclass
class Hold:
    """The hold of one place, as this process knows it."""

    folder: Path | None
    store: "Callable[[], ObjectStore]"
    looked: float = field(default=-REMEMBERED_SECONDS)
    found: bool = False

    def is_held(self) -> bool:
        if self.folder is not None:
            return self._is_file()
        if time.monotonic() >= self.looked + REMEMBERED_SECONDS:
            self.found, self.looked = self._is_object(), time.monotonic()
        return self.found

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the blobs while the block runs. Raises OSError and PlaceUnavailable."""
        ended = threading.Event()
        self._write()
        renewing = threading.Thread(target=self._renew, args=(ended,), daemon=True)
        renewing.start()
        try:
            if self.folder is None:
                time.sleep(REMEMBERED_SECONDS)
            yield
        finally:
            ended.set()
            renewing.join()
            with translated(HOLD):
                self.store().delete(HOLD)

    def _write(self) -> None:
        with translated(HOLD):
            self.store().put(HOLD, b"", use_multipart=False)

    def _renew(self, ended: threading.Event) -> None:
        while not ended.wait(RENEWED_SECONDS):
            with suppress(OSError, PlaceUnavailable):
                self._write()

    def _is_file(self) -> bool:
        try:
            return os.stat(f"{self.folder}/{HOLD}").st_mtime > time.time() - LASTS_SECONDS  # noqa: PTH116 a path object costs as much
        except FileNotFoundError:
            return False

    def _is_object(self) -> bool:
        try:
            with translated(HOLD):
                written = self.store().head(HOLD)["last_modified"]
        except BlobMissingError:
            return False
        except PlaceUnavailable:
            return True
        return (datetime.now(UTC) - written).total_seconds() < LASTS_SECONDS
