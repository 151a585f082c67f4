"""Checksums of parts put together are those of the whole."""

import base64
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.objects import Sums
from watchword.objects.joined import COMBINED, composite, full, joined_etag


def of(algorithm: str, data: bytes) -> str:
    sums = Sums((algorithm,))
    sums.take(data)
    return sums.value(algorithm)


@pytest.mark.parametrize("algorithm", sorted(COMBINED))
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_a_full_objects_checksum(algorithm: str, pieces: list[bytes]) -> None:
    parts = [(of(algorithm, piece), len(piece)) for piece in pieces]
    assert full(algorithm, parts) == of(algorithm, b"".join(pieces))


def test_of_large_parts() -> None:
    pieces = [bytes([number]) * (5 << 20) for number in range(3)]
    parts = [(of("CRC32", piece), len(piece)) for piece in pieces]
    expected = zlib.crc32(b"".join(pieces)).to_bytes(4, "big")
    assert base64.b64decode(full("CRC32", parts)) == expected


def test_what_is_made_of_checksums_says_so() -> None:
    digests = [hashlib.sha256(piece).digest() for piece in (b"a", b"b")]
    expected = base64.b64encode(hashlib.sha256(b"".join(digests)).digest()).decode()
    written = [base64.b64encode(digest).decode() for digest in digests]
    assert composite("SHA256", written) == f"{expected}-2"
    md5 = [hashlib.md5(piece) for piece in (b"a", b"b")]
    etag = hashlib.md5(b"".join(each.digest() for each in md5)).hexdigest()
    assert joined_etag([each.hexdigest() for each in md5]) == f"{etag}-2"
