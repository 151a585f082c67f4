"""Whether the bytes of an object are those that were stored: its size, its ETag, and each checksum it has.

Of an object that was uploaded in parts, ETag and composite checksum are computed part by part, as at first.
With a key of a customer, the bytes and the ETag are those of what is sealed; its checksums need the key.
Source: Amazon S3 User Guide, "Checking object integrity for data uploads".
"""

from collections.abc import Generator, Mapping

from watchword.objects import BlobMissingError, Objects, Sums
from watchword.objects.joined import composite, joined_etag
from watchword.proofs.keyring import Unopenable
from watchword.services.s3.customer_keys.sealed import stored_size
from watchword.store.s3.objects import Object

MISSING, DAMAGED = "missing", "damaged"


def examine(objects: Objects, row: Object) -> Generator[int, None, str]:
    """Reads all bytes, yields how many each time, and returns what is wrong; empty if nothing is."""
    plain = row.parts or (row.size,)
    sizes = [stored_size(size, row.customer_key) for size in plain]
    checksums = {} if row.customer_key else row.checksums
    whole = Sums(checksums)
    parts: list[Sums] = []
    try:
        for blob in objects.stored(row.blob):
            objects.blobs.size(blob)
        start = 0
        for size in sizes:
            parts.append(Sums(checksums))
            for piece in objects.pieces(row.blob, start, start + size):
                parts[-1].take(piece)
                whole.take(piece)
                yield len(piece)
            start += size
    except BlobMissingError:
        return MISSING
    except Unopenable:
        return DAMAGED
    as_long = whole.size == sum(sizes) and row.size == sum(plain)
    return "" if as_long and _proven(row.etag, checksums, whole, parts) else DAMAGED


def _proven(stored: str, checksums: Mapping[str, str], whole: Sums, parts: list[Sums]) -> bool:
    etag = joined_etag([part.etag for part in parts]) if "-" in stored else whole.etag
    return stored == etag and all(
        value == _checksum(name, value, whole, parts) for name, value in checksums.items()
    )


def _checksum(name: str, stored: str, whole: Sums, parts: list[Sums]) -> str:
    """The checksum in the form of the stored one."""
    return composite(name, [part.value(name) for part in parts]) if "-" in stored else whole.value(name)
