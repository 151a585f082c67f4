"""What a request promises of its body is well formed, and kept."""

import base64
import hashlib
import zlib

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.services.s3.integrity import check_body, promised

DATA = b"the body"
MD5 = base64.b64encode(hashlib.md5(DATA).digest()).decode()
CRC32 = base64.b64encode(zlib.crc32(DATA).to_bytes(4, "big")).decode()
SHA256 = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
WRONG = base64.b64encode(bytes(4)).decode()


def request(*headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest("PUT", headers=headers, body=Body(DATA))


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-md5", MD5)],
        [("x-amz-checksum-crc32", CRC32)],
        [("x-amz-checksum-crc32", CRC32), ("x-amz-sdk-checksum-algorithm", "CRC32")],
        [("x-amz-checksum-sha256", SHA256), ("content-md5", MD5)],
        [("x-amz-checksum-mode", "ENABLED"), ("x-amz-checksum-algorithm", "CRC32")],
    ],
)
def test_a_promise_that_is_kept_passes(headers: list[tuple[str, str]]) -> None:
    check_body(request(*headers), required=False)


@pytest.mark.parametrize(
    ("code", "headers"),
    [
        ("InvalidDigest", [("content-md5", "not base64!")]),
        ("InvalidDigest", [("content-md5", base64.b64encode(bytes(15)).decode())]),
        ("InvalidDigest", [("content-md5", "")]),
        ("BadDigest", [("content-md5", base64.b64encode(bytes(16)).decode())]),
        ("BadDigest", [("x-amz-checksum-crc32", WRONG)]),
        ("BadDigest", [("x-amz-checksum-crc32c", WRONG)]),
        ("BadDigest", [("x-amz-checksum-crc64nvme", base64.b64encode(bytes(8)).decode())]),
        ("BadDigest", [("x-amz-checksum-sha256", base64.b64encode(bytes(32)).decode())]),
        (
            "BadDigest",
            [("x-amz-checksum-crc32", CRC32), ("content-md5", base64.b64encode(bytes(16)).decode())],
        ),
        ("InvalidRequest", [("x-amz-checksum-crc32", SHA256)]),
        ("InvalidRequest", [("x-amz-checksum-crc32", "é")]),
        ("InvalidRequest", [("x-amz-checksum-crc32", CRC32), ("x-amz-checksum-sha256", SHA256)]),
        ("InvalidRequest", [("x-amz-checksum-crc32", CRC32), ("x-amz-checksum-crc32", CRC32)]),
        ("InvalidRequest", [("x-amz-sdk-checksum-algorithm", "CRC32")]),
        ("InvalidRequest", [("x-amz-sdk-checksum-algorithm", "SHA1"), ("x-amz-checksum-crc32", CRC32)]),
        ("NotImplemented", [("x-amz-checksum-sha3", CRC32)]),
    ],
)
def test_a_promise_that_is_malformed_or_broken_is_refused(code: str, headers: list[tuple[str, str]]) -> None:
    with pytest.raises(AwsError) as caught:
        check_body(request(*headers), required=False)
    assert caught.value.code == code


def test_some_operations_need_a_promise() -> None:
    check_body(request(("content-md5", MD5)), required=True)
    with pytest.raises(AwsError) as caught:
        check_body(request(), required=True)
    assert caught.value.code == "InvalidRequest"


def test_what_stays_with_the_object() -> None:
    assert promised(request(("x-amz-checksum-crc32", CRC32))).kept() == {"CRC32": CRC32}
    assert promised(request(("content-md5", MD5))).kept() == {}
