"""Object bytes: immutable blobs under random names, on the local disk or any object store.

1. A blob is written once, whole, and never changed. A row of the store's `objects` table makes it an
   object; bytes without a row are nothing.
2. Its name is random and never the user's key: a key can't traverse, collide with a folder or be
   normalised on its way to the disk, so the bytes that a policy decided on are the bytes of the row.
3. On the local disk a blob is on stable storage before `put` returns (unless `durable` is off), so no
   committed row can name lost bytes.
4. What a killed server leaves behind (a blob whose row never came, half a blob) is swept once it is
   older than any upload could be.

Keys, rows and who may read them don't belong here.
"""

import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from obstore import open_writer
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from watchword.names.ids import Randomness
from watchword.names.would_block import WouldBlock
from watchword.objects.blob_cache import LONGEST, BlobCache

PART = 8 << 20
"""Up to this many bytes a blob is written at once; beyond, in parts of this size."""
_PARTS_AT_ONCE = 2
_PIECE = 1 << 20
_ROOM = 32 << 20
"""This many bytes of small blobs stay in memory."""
_BATCH = 500

Named = Callable[[Collection[str]], Collection[str]]
"""Of these blobs, those that a row names."""


class BlobMissingError(LookupError):
    """No such blob: its object was replaced or deleted after its row was read."""


def new_blob(randomness: Randomness) -> str:
    """A name for a blob: 128 random bits in 256 folders."""
    drawn = randomness(16).hex()
    return f"{drawn[:2]}/{drawn[2:]}"


@dataclass(frozen=True)
class Objects:
    """All blobs of one server."""

    store: ObjectStore
    folder: Path | None = None
    """Where a local store keeps its files."""
    durable: bool = True
    cache: BlobCache = field(default_factory=lambda: BlobCache(_ROOM))
    waits: bool = True
    """Whether readers may wait for the store; those who may not get what is cached, or WouldBlock."""

    @classmethod
    def open(cls, place: Path | str, *, durable: bool = True) -> "Objects":
        """The blobs at `place`: a folder, made when missing, or the URL of an object store."""
        if isinstance(place, Path):
            return cls(LocalStore(place, mkdir=True), place, durable)
        return cls(from_url(place))

    def put(self, blob: str, pieces: Iterable[bytes]) -> None:
        """Write a blob. When `pieces` raises, nothing stays."""
        source = iter(pieces)
        start = _take(source, PART)
        if len(start) < PART:
            self.store.put(blob, start, use_multipart=False)
        else:
            # A writer that isn't closed leaves nothing. The store would take the iterator itself, but run it
            # where no other blob can be read.
            writer = open_writer(self.store, blob, buffer_size=PART, max_concurrency=_PARTS_AT_ONCE)
            for piece in chain((start,), source):
                writer.write(piece)
            writer.close()
        self._settle(blob)

    def copy(self, blob: str, target: str) -> None:
        """Another blob of the same bytes, without moving them through this process."""
        try:
            self.store.copy(blob, target)
        except FileNotFoundError:
            raise BlobMissingError(blob) from None
        self._settle(target)

    def get(self, blob: str, start: int, end: int) -> bytes | Iterator[bytes]:
        """Bytes from `start` up to but not including `end`: at once when few, else in pieces.

        The blob is opened before this returns, so a deletion meanwhile doesn't cut the pieces short.
        """
        kept = self.cache.get(blob)
        if kept is not None:
            return kept[start:end]
        if not self.waits:
            raise WouldBlock
        if start == end:
            return b""
        small = end - start <= _PIECE
        try:
            if small and self.folder is not None:
                return self._read(blob, start, end)
            found = self.store.get(blob, options={"range": (start, end)})
        except FileNotFoundError:
            raise BlobMissingError(blob) from None
        if not small:
            return map(bytes, found.stream(min_chunk_size=_PIECE))
        read = found.bytes().to_bytes()
        if len(read) == found.meta["size"]:
            self.cache.put(blob, read)
        return read

    def at_once(self) -> "Objects":
        """The same blobs, for readers that can't wait."""
        return replace(self, waits=False)

    def pieces(self, blob: str, start: int, end: int) -> Iterable[bytes]:
        """The same, in pieces however few."""
        read = self.get(blob, start, end)
        return (read,) if isinstance(read, bytes) else read

    def join(self, blobs: Iterable[tuple[str, int]], target: str) -> None:
        """Another blob of the bytes of several, each given with its size, one after the other."""
        self.put(target, chain.from_iterable(self.pieces(blob, 0, size) for blob, size in blobs))

    def delete(self, blob: str) -> None:
        """Forget a blob. One that is gone already is no error, and one that can't go now is swept later."""
        with suppress(OSError, BaseError):
            self.store.delete(blob)

    def sweep(self, named: Named, before: datetime) -> int:
        """Delete what is older than `before` and no row names. Returns how many blobs went."""
        swept = 0
        for batch in self.store.list(chunk_size=_BATCH):
            old = [entry["path"] for entry in batch if entry["last_modified"] < before]
            kept = set(named(old)) if old else set()
            for blob in set(old) - kept:
                self.delete(blob)
                swept += 1
        self._sweep_halves(before)
        return swept

    def reset(self, before: datetime) -> None:
        """Forget, in the background, what was written before that.

        The folder stays where it is: others are writing to it.
        """
        threading.Thread(target=self._forget, args=(before,)).start()

    def _read(self, blob: str, start: int, end: int) -> bytes:
        """A few bytes of a local blob, by one read of its file: a fifth of the time that the store takes."""
        with open(f"{self.folder}/{blob}", "rb") as file:  # noqa: PTH123 a path object costs as much as the read
            if os.fstat(file.fileno()).st_size > LONGEST:
                file.seek(start)
                return file.read(end - start)
            whole = file.read()
        self.cache.put(blob, whole)
        return whole[start:end]

    def _settle(self, blob: str) -> None:
        """Wait until a local blob and its name are on stable storage."""
        if self.folder is None or not self.durable:
            return
        file = self.folder / blob
        for path in (file, file.parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _forget(self, before: datetime) -> None:
        with suppress(OSError, BaseError):  # a server that ends takes the folder with it
            self.sweep(lambda _: (), before)

    def _sweep_halves(self, before: datetime) -> None:
        """A local store writes to `name#1` first and never lists such files."""
        for file in self.folder.glob("??/*#*") if self.folder else ():
            with suppress(FileNotFoundError):  # it is whole by now
                if file.stat().st_mtime < before.timestamp():
                    file.unlink()


def _take(source: Iterator[bytes], limit: int) -> bytes:
    """Pieces joined until `limit` is reached or the source ends."""
    taken, size = [], 0
    for piece in source:
        taken.append(piece)
        size += len(piece)
        if size >= limit:
            break
    return taken[0] if len(taken) == 1 else b"".join(taken)
