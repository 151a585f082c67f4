"""Whole blobs: immutable bytes under a name, on the local disk or any object store.

1. A blob is written once, whole, and never changed.
2. Its name is random, never the user's key. So a key can't traverse directories, collide with a folder or be
   normalised by the file system: the bytes that a policy decided on are the bytes of the row.
3. On the local disk a blob and its name are on stable storage (fsync) before `put` returns, unless `durable`
   is off. Elsewhere the store has answered that it has the blob. So no committed row refers to lost bytes.
4. With a key, what is stored is encrypted (`sealing`). The cache has plaintext.
5. A killed server can leave partial files, which are never listed, and are swept once they are old.

The store is loaded with the first blob: a server without objects is 6 MB smaller.
Keys, rows and permissions don't belong here, nor what is made of several blobs (`object_bytes`).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from watchword.names.would_block import WouldBlock
from watchword.objects.blob_cache import LONGEST, BlobCache
from watchword.objects.blob_names import TOGETHER, bound_to, folder_of, is_blob, is_joined
from watchword.objects.failures import BlobMissingError, PlaceUnavailable, translated
from watchword.objects.hold import Hold
from watchword.objects.local_files import FolderSyncs, OpenFile, sync, write
from watchword.objects.pieces import take
from watchword.objects.remote import Remote
from watchword.objects.sealing import Sealing, Stretch
from watchword.proofs.sealed_bytes import CHUNK, HEAD, sealed_size

if TYPE_CHECKING:
    from obstore import BytesStream
    from obstore.store import ObjectStore

PART = 8 << 20
"""A blob with up to this many bytes is written at once, a larger one in parts of this size."""
CACHE_SIZE = 32 << 20
"""This many bytes of small blobs stay in memory."""
LONGEST_STORED = sealed_size(LONGEST)
"""A file with more bytes isn't cached, whether it is encrypted or not."""
_PARTS_AT_ONCE = 2
_PIECE = 1 << 20
"""What is read at once, if no more is asked for."""
_STREAMED = 128 << 10
"""Bytes that come at once from a store elsewhere: each reader holds as many, however slow it is."""
_BATCH = 500


class Listed(NamedTuple):
    """A blob in a listing of the store."""

    blob: str
    modified: datetime
    size: int


@dataclass
class _Opened:
    """What all readers of a place share: its store, opened once, and what is known of its folders."""

    stores: "list[ObjectStore]" = field(default_factory=list)
    synced: set[str] = field(default_factory=set)
    """Folders whose own names are on stable storage."""
    syncs: FolderSyncs = field(default_factory=FolderSyncs)
    drawn: Iterator[int] = field(default_factory=lambda: count(os.urandom(1)[0] * TOGETHER))
    """Counts new names, from anywhere."""


@dataclass(frozen=True)
class Blobs:
    """All whole blobs of one place: a folder, or an object store."""

    place: Path | Remote
    durable: bool = True
    cache: BlobCache = field(default_factory=lambda: BlobCache(CACHE_SIZE))
    waits: bool = True
    """False for readers that must not block: they get what is cached, or WouldBlock."""
    opened: _Opened = field(default_factory=_Opened)
    sealing: Sealing | None = None
    """How new blobs are encrypted; None for not at all."""

    @property
    def folder(self) -> Path | None:
        return self.place if isinstance(self.place, Path) else None

    @cached_property
    def store(self) -> "ObjectStore":
        from obstore.store import LocalStore  # noqa: PLC0415 see the head of this file

        if not self.opened.stores:
            found = LocalStore(self.place) if isinstance(self.place, Path) else self.place.store()
            self.opened.stores.append(found)
        return self.opened.stores[0]

    @cached_property
    def hold(self) -> Hold:
        return Hold(self.folder, lambda: self.store)

    def put(self, blob: str, pieces: Iterable[bytes]) -> None:
        """Writes a blob. When `pieces` raises, no blob is left."""
        sealing = None if is_joined(blob) else self.sealing
        source = iter(sealing.seal(blob, pieces) if sealing else pieces)
        if self.folder is not None:
            write(f"{self.folder}/{blob}", source, self.opened.syncs if self.durable else None)
            self._sync_folder(blob)
            return
        start = take(source, PART)
        with translated(blob):
            if len(start) < PART:
                self.store.put(blob, start, use_multipart=False)
            else:
                self._put_parts(blob, chain((start,), source))

    def copy(self, blob: str, target: str) -> None:
        """Makes another blob with the same bytes, which don't pass through this process.

        On the local disk it is another name of the file; its date is made new, or the sweep could take it.
        It isn't on stable storage before `sync`. The target's name is `like` the blob's.
        """
        if bound_to(target) != bound_to(blob):
            raise ValueError(f"{target} isn't bound to what {blob} is bound to")
        with translated(blob):
            self.store.copy(blob, target)
        if self.folder is not None:
            os.utime(self.folder / target)

    def get(self, blob: str, start: int, end: int) -> bytes | Iterator[bytes]:
        """The bytes from `start` up to but not including `end`: at once if they are few, else in pieces.

        The blob is opened before this returns, so a later deletion doesn't cut the pieces short.
        """
        read = self._get(blob, start, end)
        if isinstance(read, bytes) and len(read) != end - start:
            raise ValueError(f"{len(read)} of {end - start} bytes are left of the blob {blob}")
        return read

    def whole(self, blob: str) -> bytes:
        """All bytes of a blob that isn't large."""
        kept = self._kept(blob)
        if kept is None:
            kept = self._plain(blob, self._stored(blob))
            self.cache.put(blob, kept)
        return kept

    def size(self, blob: str) -> int:
        """Raises BlobMissingError."""
        with translated(blob):
            return int(self.store.head(blob)["size"])

    def delete(self, blob: str) -> None:
        """Deletes a blob. A missing one is no error; one that can't go now, or is held, is swept later."""
        if self.hold.is_held():
            return
        with suppress(LookupError, OSError, PlaceUnavailable):
            if self.folder is not None:
                os.unlink(f"{self.folder}/{blob}")  # noqa: PTH108 a path object costs as much as the deletion
                return
            with translated(blob):
                self.store.delete(blob)

    def listed(self) -> Iterator[list[Listed]]:
        """All blobs, in batches."""
        if not self.are_there():
            return
        with translated(""):
            for batch in self.store.list(chunk_size=_BATCH):
                found = [Listed(each["path"], each["last_modified"], each["size"]) for each in batch]
                yield [each for each in found if is_blob(each.blob)]

    def are_there(self) -> bool:
        """False if no blob was ever written to a local folder."""
        return self.folder is None or (self.folder.is_dir() and any(self.folder.iterdir()))

    def sweep_partial(self, before: datetime) -> None:
        """A local store writes a blob to `name#1` first, and never lists such files."""
        for file in self.folder.glob("??/*#*") if self.folder else ():
            with suppress(FileNotFoundError):  # it was completed meanwhile
                if file.stat().st_mtime < before.timestamp():
                    file.unlink()

    def sync(self, blob: str) -> None:
        """Waits until a local blob and its name are on stable storage."""
        if self.folder is not None and self.durable:
            sync(f"{self.folder}/{blob}")
            self.opened.syncs.sync(f"{self.folder}/{folder_of(blob)}")
            self._sync_folder(blob)

    def _sync_folder(self, blob: str) -> None:
        """Waits until the name of a blob's folder is on stable storage."""
        folder = folder_of(blob)
        if self.durable and folder not in self.opened.synced:
            sync(str(self.folder))
            self.opened.synced.add(folder)

    def _kept(self, blob: str) -> bytes | None:
        """A cached blob. Raises WouldBlock where nothing else may be read."""
        kept = self.cache.get(blob)
        if kept is None and not self.waits:
            raise WouldBlock
        return kept

    def _get(self, blob: str, start: int, end: int) -> bytes | Iterator[bytes]:
        kept = self._kept(blob)
        if kept is not None:
            return kept[start:end]
        if start == end:
            return b""
        if self.folder is not None:
            return self._read_file(blob, start, end)
        small = end - start <= _PIECE
        with translated(blob):
            if end <= _PIECE:
                return self._read_start(blob, end)[start:end]
            stretch = self._remote_stretch(blob, start, end)
            found = self.store.get(blob, options={"range": stretch.range})
            if small:
                return b"".join(stretch.pieces((found.bytes().to_bytes(),)))
            return stretch.pieces(_streamed(blob, found.stream(min_chunk_size=_STREAMED)))

    def _put_parts(self, blob: str, pieces: Iterable[bytes]) -> None:
        """A writer that isn't closed leaves no blob.

        The store would take the iterator too, but run it in a thread that can't read other blobs.
        """
        from obstore import open_writer  # noqa: PLC0415

        writer = open_writer(self.store, blob, buffer_size=PART, max_concurrency=_PARTS_AT_ONCE)
        for piece in pieces:
            writer.write(piece)
        writer.close()

    def _read_file(self, blob: str, start: int, end: int) -> bytes | Iterator[bytes]:
        """Bytes of a local blob, read from its file."""
        file = self._open_file(blob)
        if file.size <= LONGEST_STORED:
            whole = self._plain(blob, file.read(0, file.size))
            self.cache.put(blob, whole)
            return whole[start:end]
        pieces = self._stretch(blob, file.read(0, HEAD), start, end, file.size).read(file.read)
        return b"".join(pieces) if end - start <= _PIECE else pieces

    def _open_file(self, blob: str) -> OpenFile:
        try:
            return OpenFile(f"{self.folder}/{blob}")
        except FileNotFoundError:
            raise BlobMissingError(blob) from None

    def _stored(self, blob: str) -> bytes:
        """All bytes as they are stored."""
        if self.folder is not None:
            file = self._open_file(blob)
            return file.read(0, file.size)
        with translated(blob):
            return self.store.get(blob).bytes().to_bytes()

    def _read_start(self, blob: str, end: int) -> bytes:
        """The first bytes of a blob, `end` at least, in one request."""
        asked = sealed_size(-(-end // CHUNK) * CHUNK) if self.sealing else end  # whole chunks
        found = self.store.get(blob, options={"range": (0, asked)})
        read = found.bytes().to_bytes()
        stored = found.meta["size"]
        if len(read) == stored:
            read = self._plain(blob, read)
            self.cache.put(blob, read)
        elif self.sealing:
            stretch = self._stretch(blob, read[:HEAD], 0, end, stored)
            first, last = stretch.range
            read = b"".join(stretch.pieces((read[first:last],)))
        return read

    def _remote_stretch(self, blob: str, start: int, end: int) -> Stretch:
        """Where a part of a blob is, after its head was read."""
        if self.sealing is None:
            return Stretch(None, b"", start, end, end)
        found = self.store.get(blob, options={"range": (0, HEAD)})
        return self._stretch(blob, found.bytes().to_bytes(), start, end, found.meta["size"])

    def _stretch(self, blob: str, head: bytes, start: int, end: int, stored: int) -> Stretch:
        key = self.sealing.key_of(blob, head) if self.sealing else None
        return Stretch(key, head, start, end, stored)

    def _plain(self, blob: str, stored: bytes) -> bytes:
        """The plaintext of a whole blob."""
        return stored if self.sealing is None else self.sealing.whole(blob, stored)


def _streamed(blob: str, stream: "BytesStream") -> Iterator[bytes]:
    with translated(blob):
        yield from map(bytes, stream)
