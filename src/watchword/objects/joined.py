"""ETags and checksums of bytes that were summed part by part, without reading the bytes again.

* the ETag of parts: the MD5 of their MD5s, a hyphen and how many they are;
* a composite checksum: the checksum of their checksums, likewise with a hyphen and their number;
* a full object's checksum: what it would be in one piece. Only CRCs can be joined so.

Source: Amazon S3 User Guide, "Checking object integrity for data uploads", "Full object and composite
checksums".
"""

import base64
import hashlib
from collections.abc import Sequence

from watchword.objects.crc import CRC32, CRC32C, CRC64NVME
from watchword.objects.sums import ALGORITHMS

JOINED = {"CRC32": CRC32, "CRC32C": CRC32C, "CRC64NVME": CRC64NVME}
"""The algorithms that a full object can have though it came in parts."""


def joined_etag(etags: Sequence[str]) -> str:
    """The ETag of parts, from theirs."""
    digests = b"".join(map(bytes.fromhex, etags))
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(etags)}"


def composite(algorithm: str, checksums: Sequence[str]) -> str:
    """The composite checksum of parts, from theirs."""
    total = ALGORITHMS[algorithm]()
    for checksum in checksums:
        total.update(base64.b64decode(checksum))
    return f"{base64.b64encode(total.digest()).decode('ascii')}-{len(checksums)}"


def full(algorithm: str, parts: Sequence[tuple[str, int]]) -> str:
    """The checksum of a full object, from the checksums and sizes of its parts."""
    polynomial, total = JOINED[algorithm], 0
    for checksum, size in parts:
        total = polynomial.join(total, int.from_bytes(base64.b64decode(checksum), "big"), size)
    return base64.b64encode(total.to_bytes(polynomial.width // 8, "big")).decode("ascii")
