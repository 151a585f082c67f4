"""The bytes of objects: whole blobs, and joined ones, which are lists of blobs (docs/decisions/0021).

1. A row in the store's `objects` table makes a blob an object; a blob without a row is garbage.
2. What is joined isn't written again: completing an upload writes a list of its parts. A list is written when
   all its pieces are stored, so half of a joined blob is never seen.
3. At an object store elsewhere, what is larger than PART is written as pieces and a list. So an upload that
   breaks leaves blobs, which are swept, and not an unfinished upload of that store.
4. A reader opens one piece at a time. If the object is deleted meanwhile, the rest is missing and the answer
   ends early, shorter than it said.
5. A killed server can leave blobs without a row. A sweep removes them once they are older than any upload.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import msgspec

from watchword.names.ids import Randomness
from watchword.objects.blob_cache import BlobCache
from watchword.objects.blob_names import (
    encrypted,
    gathered,
    is_joined,
    joined,
    like,
    new_blob,
    new_in_family,
    piece,
)
from watchword.objects.blobs import CACHE_SIZE, PART, Blobs
from watchword.objects.failures import BlobMissingError, PlaceUnavailable
from watchword.objects.pieces import take
from watchword.objects.remote import Remote
from watchword.objects.sealing import Sealing

_FINEST_TIME = timedelta(seconds=1)
"""File systems may date a file earlier than it is, by less than that."""

Entries = list[tuple[str, int]]
"""What a joined blob consists of: blobs and their sizes."""


class Listing(msgspec.Struct, frozen=True):
    """What a list has: the blobs, and for parts of an upload the checksum of each, if they have any."""

    blobs: Entries
    checksums: list[str] = []


Named = Callable[[Collection[str]], Collection[str]]
"""Some blobs -> those of them that a row refers to, itself or by a joined blob."""


@dataclass(frozen=True)
class Objects:
    """All bytes of one server."""

    blobs: Blobs

    @classmethod
    def open(
        cls,
        place: Path | Remote,
        *,
        cached: int = CACHE_SIZE,
        durable: bool = True,
        sealing: Sealing | None = None,
    ) -> "Objects":
        """The bytes at `place`: a folder, which is made if missing, or an object store.

        cached: bytes of small blobs that are cached; sealing: how new blobs are encrypted.
        """
        if isinstance(place, Path):
            place.mkdir(parents=True, exist_ok=True)
        return cls(Blobs(place, durable, BlobCache(cached), sealing=sealing))

    @property
    def folder(self) -> Path | None:
        return self.blobs.folder

    def name(self, randomness: Randomness, size: int, family: str = "") -> str:
        """A name for new bytes, which says in which form they are stored."""
        if self.folder is None:
            drawn = new_in_family(family, randomness) if family else new_blob(randomness)
            return joined(drawn) if size > PART else self._whole(drawn)
        if family:
            return self._whole(new_in_family(family, randomness))
        return self._whole(gathered(new_blob(randomness), next(self.blobs.opened.drawn)))

    def put(self, blob: str, pieces: Iterable[bytes]) -> None:
        """Writes a blob. When `pieces` raises, no blob is left."""
        if not is_joined(blob):
            self.blobs.put(blob, pieces)
            return
        entries: Entries = []
        source = iter(pieces)
        try:
            while (data := take(source, PART)) or not entries:
                entries.append((self._whole(piece(blob, len(entries))), len(data)))
                self.blobs.put(entries[-1][0], (data,))
            self.join(entries, blob)
        except PlaceUnavailable:  # where it can't delete either; the sweep does it later
            raise
        except BaseException:
            for name, _ in entries:
                self.blobs.delete(name)
            raise

    def join(self, entries: Entries, target: str, checksums: Sequence[str] = ()) -> None:
        """Makes a joined blob of blobs that are stored, in their order. They are its pieces from now on."""
        self.blobs.put(target, (msgspec.json.encode(Listing(entries, list(checksums))),))

    def unjoin(self, blob: str) -> None:
        """Deletes the list of a joined blob. Its pieces stay, as the blobs that they were before."""
        self.blobs.delete(blob)

    def copy(self, blob: str, target: str) -> None:
        """Makes another blob with the same bytes, which don't pass through this process.

        The target is joined if the blob is.
        """
        if not is_joined(blob):
            self.blobs.copy(blob, target)
            self.blobs.sync(target)
            return
        self.join(self._copied(blob, target), target)  # which also syncs the folder of all pieces

    def get(self, blob: str, start: int, end: int) -> bytes | Iterator[bytes]:
        """The bytes from `start` up to but not including `end`: at once if they are few, else in pieces."""
        if not is_joined(blob):
            return self.blobs.get(blob, start, end)
        if start == end:
            return b""
        inside = list(_cut(self.entries(blob), start, end))
        first = self.get(*inside[0]) if inside else b""
        if len(inside) < 2:  # noqa: PLR2004 no more than one
            return first
        rest = (chunk for each in inside[1:] for chunk in self.pieces(*each))
        return chain((first,) if isinstance(first, bytes) else first, rest)

    def at_once(self) -> "Objects":
        """The same bytes, for readers that must not block."""
        return Objects(replace(self.blobs, waits=False))

    def uncached(self) -> "Objects":
        """The same bytes, as they are in their place now."""
        return Objects(replace(self.blobs, cache=BlobCache(0)))

    def pieces(self, blob: str, start: int, end: int) -> Iterable[bytes]:
        """As `get`, but always in pieces."""
        read = self.get(blob, start, end)
        return (read,) if isinstance(read, bytes) else read

    def entries(self, blob: str) -> Entries:
        """What a joined blob consists of. Raises BlobMissingError."""
        return self.listing(blob).blobs

    def listing(self, blob: str) -> Listing:
        """What is in the list of a joined blob. Raises BlobMissingError."""
        return msgspec.json.decode(self.blobs.whole(blob), type=Listing)

    def stored(self, blob: str) -> Iterator[str]:
        """Every whole blob and list that a blob consists of, itself included. Raises BlobMissingError."""
        yield blob
        for name, _ in self.entries(blob) if is_joined(blob) else ():
            yield from self.stored(name)

    def delete(self, blob: str) -> None:
        """Deletes a blob. A missing blob is no error; one that can't be deleted now is swept later.

        Of a joined blob the list goes last, so that a deletion that breaks off can be done again.
        """
        if is_joined(blob):
            with suppress(BlobMissingError, OSError, PlaceUnavailable):
                for name, _ in self.entries(blob):
                    self.delete(name)
        self.blobs.delete(blob)

    def sweep(self, named: Named, before: datetime) -> int:
        """Deletes what is older than `before` and no row refers to. Returns the number of blobs."""
        swept = 0
        for batch in self.blobs.listed():
            old = [each.blob for each in batch if each.modified < before]
            for blob in set(old) - set(named(old) if old else ()):
                self.blobs.delete(blob)
                swept += 1
        self.blobs.sweep_partial(before)
        return swept

    def reset(self, now: datetime) -> None:
        """Deletes, in the background, all blobs that were written before that moment.

        A folder itself stays: other threads are writing to it.
        """
        if self.blobs.are_there():
            threading.Thread(target=self._delete_before, args=(now - _FINEST_TIME,)).start()

    def _whole(self, blob: str) -> str:
        """The name of a whole blob, in its form."""
        return encrypted(blob) if self.blobs.sealing else blob

    def _copied(self, blob: str, target: str) -> Entries:
        """Copies of the pieces, under names of the target's family."""
        copied: Entries = []
        for number, (name, size) in enumerate(self.entries(blob)):
            new = like(name, piece(target, number))
            if is_joined(name):
                self.join(self._copied(name, new), new)
            else:
                self.blobs.copy(name, new)
            copied.append((new, size))
        return copied

    def _delete_before(self, before: datetime) -> None:
        with suppress(OSError, PlaceUnavailable):  # an ephemeral server that ends removes the folder
            self.sweep(lambda _: (), before)


def _cut(entries: Entries, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The blobs that have bytes of a range, each with its own range."""
    at = 0
    for name, size in entries:
        if max(start, at) < min(end, at + size):
            yield name, max(start - at, 0), min(end - at, size)
        at += size
