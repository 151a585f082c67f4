"""Checksums against their published check values and against division bit by bit."""

import base64
import hashlib
import zlib

import pytest
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.objects import ALGORITHMS, Sums

POLYNOMIALS = {"CRC32C": (32, 0x82F63B78), "CRC64NVME": (64, 0x9A6C9329AC4BC9B5)}

# The check value of a CRC is its result for the nine digits (RFC 3720 B.4; NVM Command Set 5.2.1.3.4). Those
# of xxHash are the reference implementation's (github.com/Cyan4973/xxHash), without a seed.
CHECK_VALUES = {
    "CRC32": {b"123456789": "cbf43926"},
    "CRC32C": {b"123456789": "e3069283"},
    "CRC64NVME": {b"123456789": "ae8b14860a799888"},
    "XXHASH64": {b"": "ef46db3751d8e999", b"abc": "44bc2cf5ad770999"},
    "XXHASH3": {b"": "2d06800538d394c2", b"a": "e6c632b61e964e1f"},
    "XXHASH128": {b"": "99aa06d3014798d86001c324468d497f", b"a": "a96faf705af16834e6c632b61e964e1f"},
}


def bit_by_bit(data: bytes, width: int, polynomial: int) -> bytes:
    state = (1 << width) - 1
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (polynomial if state & 1 else 0)
    return (state ^ ((1 << width) - 1)).to_bytes(width // 8, "big")


def digest(algorithm: str, *pieces: bytes) -> bytes:
    running = ALGORITHMS[algorithm]()
    for piece in pieces:
        running.update(piece)
    return running.digest()


@pytest.mark.parametrize("algorithm", CHECK_VALUES)
def test_check_value(algorithm: str) -> None:
    for data, expected in CHECK_VALUES[algorithm].items():
        assert digest(algorithm, data).hex() == expected


def test_every_algorithm_of_s3_is_computed() -> None:
    model = Session().get_service_model("s3")
    assert set(model.shape_for("ChecksumAlgorithm").enum) == set(ALGORITHMS)


@pytest.mark.parametrize("algorithm", POLYNOMIALS)
@pytest.mark.parametrize(
    "size", [0, 1, 3, 4, 7, 8, 9, 107, 108, 109, 250, 1023, 4096, 65535, 65536, 65537, 70001]
)
def test_crcs_agree_with_division_bit_by_bit(algorithm: str, size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    assert digest(algorithm, data) == bit_by_bit(data, *POLYNOMIALS[algorithm])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_digest_can_be_read_on_the_way(algorithm: str) -> None:
    running = ALGORITHMS[algorithm]()
    for size in (0, 3, 6):
        assert running.digest() == running.digest() == digest(algorithm, b"abc" * (size // 3))
        running.update(b"abc")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(pieces=st.lists(st.binary(max_size=900), max_size=4))
@settings(max_examples=40)
def test_pieces_sum_up_to_the_whole(algorithm: str, pieces: list[bytes]) -> None:
    assert digest(algorithm, *pieces) == digest(algorithm, b"".join(pieces))


@given(data=st.binary(max_size=300))
@settings(max_examples=60)
def test_crcs_of_any_bytes(data: bytes) -> None:
    for algorithm, parameters in POLYNOMIALS.items():
        assert digest(algorithm, data) == bit_by_bit(data, *parameters)


def test_sums_pass_the_pieces_on_and_know_them() -> None:
    sums = Sums(["CRC32", "SHA256"])
    assert b"".join(sums.through([b"one ", b"two"])) == b"one two"
    assert sums.size == 7
    assert sums.etag == hashlib.md5(b"one two").hexdigest()
    assert base64.b64decode(sums.md5).hex() == sums.etag
    assert base64.b64decode(sums.value("CRC32")) == zlib.crc32(b"one two").to_bytes(4, "big")
    assert base64.b64decode(sums.value("SHA256")) == hashlib.sha256(b"one two").digest()
