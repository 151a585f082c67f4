"""The size, the ETag and S3's checksums of a body, computed while it is read.

zlib computes CRC-32, hashlib the SHAs and MD5, and the AWS common runtime (awscrt) all others, with the
processor's own instructions. awscrt is imported when the first body needs it: the import takes 30 ms
and 5 MB, and boto3 sends CRC-32 by default.
Source: Amazon S3 User Guide, "Checking object integrity for data uploads"; xxHash digests are
in their canonical form, most significant byte first.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Protocol


class Sum(Protocol):
    """A running checksum, with the methods of hashlib's objects."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


def crt() -> ModuleType:
    """The checksums of awscrt, imported once they are needed."""
    return import_module("awscrt.checksums")


class _Crc:
    """A running CRC; `step(data, value)` gives the next value."""

    def __init__(self, step: Callable[[bytes, int], int], size: int) -> None:
        self._step = step
        self._size = size
        self._value = 0

    def update(self, data: bytes) -> None:
        self._value = self._step(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


class _XxHash:
    """awscrt's xxHash, with hashlib's names."""

    def __init__(self, name: str) -> None:
        self._hash = getattr(crt().XXHash, f"new_{name}")()

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        digest: bytes = self._hash.finalize()
        return digest


ALGORITHMS: dict[str, Callable[[], Sum]] = {
    "CRC32": lambda: _Crc(zlib.crc32, 4),
    "CRC32C": lambda: _Crc(crt().crc32c, 4),
    "CRC64NVME": lambda: _Crc(crt().crc64nvme, 8),
    "XXHASH64": lambda: _XxHash("xxhash64"),
    "XXHASH3": lambda: _XxHash("xxhash3_64"),
    "XXHASH128": lambda: _XxHash("xxhash3_128"),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": lambda: hashlib.md5(usedforsecurity=False),
}
"""S3's name of an algorithm -> a new running checksum."""


class Sums:
    """The size, the ETag and the given checksums of all pieces so far."""

    def __init__(self, algorithms: Iterable[str] = ()) -> None:
        self.size = 0
        self._etag = hashlib.md5(usedforsecurity=False)
        self._sums = {name: ALGORITHMS[name]() for name in algorithms}

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yields the pieces and takes each one."""
        for piece in pieces:
            self.take(piece)
            yield piece

    def take(self, piece: bytes) -> None:
        """Adds the next bytes."""
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
