"""ETags and checksums of a multipart upload, from those of its parts, without reading the bytes again.

* ETag: the MD5 of the parts' MD5s, a hyphen, and the number of parts;
* composite checksum: the checksum of the parts' checksums, also with a hyphen and their number;
* full object checksum: as if the object had been sent in one piece. Only CRCs can be combined like that.

Source: Amazon S3 User Guide, "Checking object integrity for data uploads", "Full object and composite
checksums".
"""

import base64
import hashlib
from collections.abc import Sequence

from watchword.objects.sums import ALGORITHMS, crt

COMBINED = {"CRC32": "combine_crc32", "CRC32C": "combine_crc32c", "CRC64NVME": "combine_crc64nvme"}
"""The algorithms of full object checksums -> awscrt's function that combines two."""


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
    combine, total = getattr(crt(), COMBINED[algorithm]), 0
    size_of_digest = len(ALGORITHMS[algorithm]().digest())
    for checksum, size in parts:
        total = combine(total, int.from_bytes(base64.b64decode(checksum), "big"), size)
    return base64.b64encode(total.to_bytes(size_of_digest, "big")).decode("ascii")
