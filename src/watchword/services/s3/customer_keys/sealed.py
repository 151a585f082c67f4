"""The bytes of objects with a customer's key: sealed before they are stored, opened after they were read.

1. They are a stream of `proofs.sealed_bytes`, and what is stored is encrypted once more, like every blob.
2. Each part of a multipart upload is a stream of its own, so parts can be read, copied and joined alone.
3. The ETag is the MD5 of the sealed bytes, not of the plaintext: it tells nothing of that, and the check of
   all objects can compute it without the key. S3's isn't the MD5 of the plaintext either.
4. Checksums are kept hidden under the key. The number of parts stands behind a composite one: `hidden-2`.

Source: Amazon S3 API Reference, "Object", ETag; CompleteMultipartUpload, which needs the key for checksums.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain

from watchword.objects import Objects, Sums
from watchword.proofs.sealed_bytes import HEAD, Opened, Span, sealed_size
from watchword.services.operation import Call
from watchword.services.s3.customer_keys.given import Given
from watchword.store.s3.objects import Object

_AT_ONCE = 1 << 20
"""So many bytes are read at once, more in pieces."""


def write(call: Call, blob: str, pieces: Iterable[bytes], sums: Sums, given: Given | None) -> str:
    """Stores the bytes, and computes the sums of the plaintext. Returns the ETag: rule 3."""
    objects, plain = call.world.objects, sums.through(pieces)
    if given is None:
        objects.put(blob, plain)
        return sums.etag
    stored = Sums()
    objects.put(blob, stored.through(given.key.seal(plain, call.world.randomness)))
    return stored.etag


def read(objects: Objects, row: Object, start: int, end: int, given: Given | None) -> bytes | Iterator[bytes]:
    """The bytes from `start` up to but not including `end`, as `Objects.get` has them.

    The blob is opened before this returns. Raises BlobMissingError, Unopenable.
    """
    if given is None:
        return objects.get(row.blob, start, end)
    spans = list(_spans(row, start, end))
    if not spans:
        return b""
    first = _opened(objects, row.blob, *spans[0], given)
    rest = chain.from_iterable(_opened(objects, row.blob, *each, given) for each in spans[1:])
    found = chain(first, rest)
    return b"".join(found) if end - start <= _AT_ONCE else found


def stored_size(size: int, check: str | None) -> int:
    """How many bytes those of an object, or of a part, take in its blob."""
    return size if check is None else sealed_size(size)


def hidden(call: Call, checksums: Mapping[str, str], given: Given | None) -> dict[str, str]:
    """Checksums as they are kept: rule 4."""
    if given is None:
        return dict(checksums)
    hide = partial(given.key.hide, randomness=call.world.randomness)
    return {name: _each(value, partial(hide, purpose=name)) for name, value in checksums.items()}


def shown(checksums: Mapping[str, str], given: Given | None) -> dict[str, str]:
    """Checksums as they were before. Raises Unopenable."""
    if given is None:
        return dict(checksums)
    return {name: _each(value, partial(given.key.reveal, purpose=name)) for name, value in checksums.items()}


def shown_row(row: Object, given: Given | None) -> Object:
    """The row with its checksums."""
    return replace(row, checksums=shown(row.checksums, given)) if given and row.checksums else row


def _each(value: str, change: "partial[str]") -> str:
    sum_, hyphen, count = value.partition("-")
    return f"{change(sum_)}{hyphen}{count}"


def _spans(row: Object, start: int, end: int) -> Iterator[tuple[int, Span]]:
    """The streams that have bytes of a range: where each begins in the blob, and its own range."""
    at = stored = 0
    for size in row.parts or (row.size,):
        if max(start, at) < min(end, at + size):
            yield stored, Span(max(start - at, 0), min(end - at, size), size)
        at, stored = at + size, stored + sealed_size(size)


def _opened(objects: Objects, blob: str, begins: int, span: Span, given: Given) -> Iterable[bytes]:
    first, last = span.sealed
    opened: Opened = given.key.open(b"".join(objects.pieces(blob, begins, begins + HEAD)))
    return opened.pieces(objects.pieces(blob, begins + first, begins + last), span)
