"""Object bytes: immutable blobs under random names, on the local disk or any object store.

1. A blob is written once, whole, and never changed. A row in the store's `objects` table makes it an
   object; a blob without a row is garbage.
2. Its name is random, never the user's key. So a key can't traverse directories, collide with a folder or be
   normalised by the file system: the bytes that a policy decided on are the bytes of the row.
3. On the local disk a blob is on stable storage (fsync) before `put` returns, unless `durable` is off. So no
   committed row refers to lost bytes.
4. A killed server can leave blobs without a row, and partial blobs. A sweep removes them once they are older
   than any upload can be.

The store is loaded with the first blob: a server without objects is 6 MB smaller.
Keys, rows and permissions don't belong here.
"""

import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from watchword.names.ids import Randomness
from watchword.names.would_block import WouldBlock
from watchword.objects.blob_cache import LONGEST, BlobCache

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PART = 8 << 20
"""A blob with up to this many bytes is written at once, a larger one in parts of this size."""
_PARTS_AT_ONCE = 2
_PIECE = 1 << 20
_CACHE_SIZE = 32 << 20
"""This many bytes of small blobs stay in memory."""
_BATCH = 500

_FINEST_TIME = timedelta(seconds=1)
"""File systems may date a file earlier than it is, by less than that."""

_OS_ERROR = re.compile(r"\(os error (\d+)\)")

Named = Callable[[Collection[str]], Collection[str]]
"""Some blobs -> those of them that a row refers to."""


class BlobMissingError(LookupError):
    """There is no such blob: its object was replaced or deleted after its row was read."""


def new_blob(randomness: Randomness) -> str:
    """A new name for a blob: 128 random bits, in one of 256 folders."""
    drawn = randomness(16).hex()
    return f"{drawn[:2]}/{drawn[2:]}"


@dataclass(frozen=True)
class Objects:
    """All blobs of one server."""

    place: Path | str
    """The folder of a local store, or the URL of another one."""
    durable: bool = True
    cache: BlobCache = field(default_factory=lambda: BlobCache(_CACHE_SIZE))
    waits: bool = True
    """False for readers that must not block: they get what is cached, or WouldBlock."""

    @classmethod
    def open(cls, place: Path | str, *, cached: int = _CACHE_SIZE, durable: bool = True) -> "Objects":
        """The blobs at `place`: a folder, which is made if missing, or the URL of an object store.

        cached: bytes of small blobs that are cached.
        """
        if isinstance(place, Path):
            place.mkdir(parents=True, exist_ok=True)
        return cls(place, durable, BlobCache(cached))

    @property
    def folder(self) -> Path | None:
        return self.place if isinstance(self.place, Path) else None

    @cached_property
    def store(self) -> "ObjectStore":
        from obstore.store import LocalStore, from_url  # noqa: PLC0415 see the head of this file

        return LocalStore(self.place) if isinstance(self.place, Path) else from_url(self.place)

    def put(self, blob: str, pieces: Iterable[bytes]) -> None:
        """Writes a blob. When `pieces` raises, no blob is left."""
        source = iter(pieces)
        start = _take(source, PART)
        with _os_errors():
            if len(start) < PART:
                self.store.put(blob, start, use_multipart=False)
            else:
                self._put_parts(blob, chain((start,), source))
        self._sync(blob)

    def copy(self, blob: str, target: str) -> None:
        """Makes another blob with the same bytes, which don't pass through this process."""
        try:
            with _os_errors():
                self.store.copy(blob, target)
        except FileNotFoundError:
            raise BlobMissingError(blob) from None
        self._sync(target)

    def get(self, blob: str, start: int, end: int) -> bytes | Iterator[bytes]:
        """The bytes from `start` up to but not including `end`: at once if they are few, else in pieces.

        The blob is opened before this returns, so a later deletion doesn't cut the pieces short.
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
        """The same blobs, for readers that must not block."""
        return replace(self, waits=False)

    def pieces(self, blob: str, start: int, end: int) -> Iterable[bytes]:
        """As `get`, but always in pieces."""
        read = self.get(blob, start, end)
        return (read,) if isinstance(read, bytes) else read

    def join(self, blobs: Iterable[tuple[str, int]], target: str) -> None:
        """Makes a blob of the bytes of several blobs, in their order. Each is given with its size."""
        self.put(target, chain.from_iterable(self.pieces(blob, 0, size) for blob, size in blobs))

    def delete(self, blob: str) -> None:
        """Deletes a blob. A missing blob is no error; one that can't be deleted now is swept later."""
        with suppress(*_failures()):
            self.store.delete(blob)

    def sweep(self, named: Named, before: datetime) -> int:
        """Deletes blobs that are older than `before` and that no row refers to. Returns their number."""
        swept = 0
        if self._is_unused():
            return swept
        for batch in self.store.list(chunk_size=_BATCH):
            old = [entry["path"] for entry in batch if entry["last_modified"] < before]
            kept = set(named(old)) if old else set()
            for blob in set(old) - kept:
                self.delete(blob)
                swept += 1
        self._sweep_partial(before)
        return swept

    def reset(self, now: datetime) -> None:
        """Deletes, in the background, all blobs that were written before that moment.

        The folder itself stays: other threads are writing to it.
        """
        if not self._is_unused():
            threading.Thread(target=self._delete_before, args=(now - _FINEST_TIME,)).start()

    def _put_parts(self, blob: str, pieces: Iterable[bytes]) -> None:
        """A writer that isn't closed leaves no blob.

        The store would take the iterator too, but run it in a thread that can't read other blobs.
        """
        from obstore import open_writer  # noqa: PLC0415

        writer = open_writer(self.store, blob, buffer_size=PART, max_concurrency=_PARTS_AT_ONCE)
        for piece in pieces:
            writer.write(piece)
        writer.close()

    def _read(self, blob: str, start: int, end: int) -> bytes:
        """A few bytes of a local blob, read from its file: this takes a fifth of the store's time."""
        with open(f"{self.folder}/{blob}", "rb") as file:  # noqa: PTH123 a path object costs as much as the read
            if os.fstat(file.fileno()).st_size > LONGEST:
                file.seek(start)
                return file.read(end - start)
            whole = file.read()
        self.cache.put(blob, whole)
        return whole[start:end]

    def _sync(self, blob: str) -> None:
        """Waits until a local blob and its name are on stable storage."""
        if self.folder is None or not self.durable:
            return
        file = self.folder / blob
        for path in (file, file.parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _is_unused(self) -> bool:
        """Whether no blob was ever written to a local store."""
        return self.folder is not None and not any(self.folder.iterdir())

    def _delete_before(self, before: datetime) -> None:
        with suppress(*_failures()):  # an ephemeral server that ends removes the folder
            self.sweep(lambda _: (), before)

    def _sweep_partial(self, before: datetime) -> None:
        """A local store writes a blob to `name#1` first, and never lists such files."""
        for file in self.folder.glob("??/*#*") if self.folder else ():
            with suppress(FileNotFoundError):  # it was completed meanwhile
                if file.stat().st_mtime < before.timestamp():
                    file.unlink()


def _failures() -> tuple[type[Exception], ...]:
    """What a store that fails raises."""
    from obstore.exceptions import BaseError  # noqa: PLC0415

    return OSError, BaseError


@contextmanager
def _os_errors() -> Iterator[None]:
    """Raises what the operating system refused as OSError; the store has its number in the message only."""
    from obstore.exceptions import GenericError  # noqa: PLC0415

    try:
        yield
    except GenericError as error:
        if found := _OS_ERROR.search(str(error)):
            raise OSError(int(found[1]), os.strerror(int(found[1]))) from error
        raise


def _take(source: Iterator[bytes], limit: int) -> bytes:
    """Joins pieces until there are `limit` bytes, or the source ends."""
    taken, size = [], 0
    for piece in source:
        taken.append(piece)
        size += len(piece)
        if size >= limit:
            break
    return taken[0] if len(taken) == 1 else b"".join(taken)
