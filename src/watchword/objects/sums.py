"""Sums over a body while it passes by: its size, its ETag and the checksums that S3 knows.

Source: Amazon S3 User Guide, "Checking object integrity for data uploads". The xxHash family needs a
library that isn't here, and is not in the table.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from watchword.objects.crc import CRC32C, CRC64NVME, Crc


class Sum(Protocol):
    """Something that takes bytes in and has a digest."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    """zlib's CRC-32 in hashlib's form."""

    def __init__(self) -> None:
        self._state = 0

    def update(self, data: bytes) -> None:
        self._state = zlib.crc32(data, self._state)

    def digest(self) -> bytes:
        return self._state.to_bytes(4, "big")


ALGORITHMS: dict[str, Callable[[], Sum]] = {
    "CRC32": _Crc32,
    "CRC32C": lambda: Crc(CRC32C),
    "CRC64NVME": lambda: Crc(CRC64NVME),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": lambda: hashlib.md5(usedforsecurity=False),
}


class Sums:
    """The size, the ETag and the asked-for checksums of the pieces that went `through`."""

    def __init__(self, algorithms: Iterable[str] = ()) -> None:
        self.size = 0
        self._etag = hashlib.md5(usedforsecurity=False)
        self._sums = {name: ALGORITHMS[name]() for name in algorithms}

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, taken into account one by one."""
        for piece in pieces:
            self.take(piece)
            yield piece

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self.size += len(piece)
        self._etag.update(piece)
        for each in self._sums.values():
            each.update(piece)

    @property
    def etag(self) -> str:
        """MD5 in hex, without the quotation marks of the header."""
        return self._etag.hexdigest()

    @property
    def md5(self) -> str:
        """MD5 in base64, as Content-MD5 has it."""
        return base64.b64encode(self._etag.digest()).decode("ascii")

    def value(self, algorithm: str) -> str:
        """One checksum in base64."""
        return base64.b64encode(self._sums[algorithm].digest()).decode("ascii")
