"""Encryption of blobs at rest, beneath all that reads and writes them (SSE-S3).

1. A new blob is sealed under the server's key. Its bytes are those of `proofs.sealed_bytes`. The list of a
   joined blob isn't, so that a backup copies what is stored and needs no key.
2. Its name says that it is sealed, and what to (`blob_names`). Another blob in its place, sealed or plain,
   doesn't open.
3. Names of blobs that were stored before don't. Such a blob is sealed if it begins so, else it is plain. Who
   can write to the store can put another old one in its place; checksums find that.
4. Of a sealed blob its head is read, and the chunks that have bytes of the range.

Names, sizes and dates of blobs aren't hidden.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from watchword.names.ids import Randomness
from watchword.objects.blob_names import bound_to
from watchword.proofs.sealed_bytes import CHUNK, HEAD, MasterKey, Span, plain_size


@dataclass(frozen=True, slots=True)
class Sealing:
    """The server's key for blobs."""

    key: MasterKey
    randomness: Randomness = field(default=os.urandom, repr=False)

    def seal(self, blob: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Rule 1."""
        return self.key.bound(bound_to(blob)).seal(pieces, self.randomness)

    def key_of(self, blob: str, head: bytes) -> MasterKey | None:
        """What opens a blob that starts so; None where it is plain: rules 2 and 3."""
        if bound := bound_to(blob):
            return self.key.bound(bound)
        return self.key if head.startswith(self.key.magic) else None

    def whole(self, blob: str, stored: bytes) -> bytes:
        """The plaintext of a whole blob. Raises Unopenable."""
        key = self.key_of(blob, stored[:HEAD])
        if key is None:
            return stored
        size = plain_size(len(stored))
        return b"".join(key.open(stored[:HEAD]).pieces((stored[HEAD:],), Span(0, size, size)))


Read = Callable[[int, int], bytes]
"""Gives the stored bytes from the first number up to but not including the second."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a blob that isn't empty, as it is stored: rule 4."""

    key: MasterKey | None
    """What opens it; None where it is plain."""
    head: bytes
    """The first HEAD bytes of the blob; fewer if it is shorter."""
    start: int
    end: int
    stored: int
    """Bytes that the blob takes in the store."""

    @property
    def range(self) -> tuple[int, int]:
        """Where it is stored. Raises Unopenable."""
        return self._span.sealed if self.key else (self.start, self.end)

    def pieces(self, stored: Iterable[bytes]) -> Iterator[bytes]:
        """The plaintext, from the bytes of that range. Raises Unopenable."""
        return self.key.open(self.head).pieces(stored, self._span) if self.key else iter(stored)

    def read(self, read: Read) -> Iterator[bytes]:
        """The plaintext, chunk by chunk. Nothing is in memory between two of them. Raises Unopenable."""
        if self.key is None:
            places = ((at, min(at + CHUNK, self.end)) for at in range(self.start, self.end, CHUNK))
            return (read(*place) for place in places)
        opened, span = self.key.open(self.head), self._span
        return (opened.chunk(number, read(*span.place(number)), span) for number in span.numbers)

    @property
    def _span(self) -> Span:
        return Span(self.start, self.end, plain_size(self.stored))
