"""Bodies in chunks, over the wire and by themselves."""

import base64
import hashlib
import http.client
import zlib
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from watchword.access.schemes.aws_chunked import decode, is_declared
from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, read, sign
from watchword.testing import Server

KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "s" * 40)
UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def in_chunks(data: bytes, checksum: str = "", size: int = 65536) -> bytes:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + f"0\r\nx-amz-checksum-crc32:{checksum or crc32(data)}\r\n\r\n".encode()


def signed(data: bytes, body: Body, path: str = "/bucket/key", host: str = "localhost") -> HttpRequest:
    headers = {
        "host": host,
        "content-length": str(body.size),
        "x-amz-content-sha256": UNSIGNED,
        "x-amz-decoded-content-length": str(len(data)),
        "x-amz-trailer": "x-amz-checksum-crc32",
        "content-encoding": "gzip, aws-chunked",
    }
    request = HttpRequest("PUT", path, headers=tuple(headers.items()), body=body)
    return sign(request, KEY, service="s3", region="us-east-1", now=datetime.now(UTC))


def plain(request: HttpRequest) -> HttpRequest:
    claim = read(request)
    assert claim is not None
    assert is_declared(claim)
    return decode(request, claim, KEY.secret)


@pytest.mark.parametrize("size", [0, 1, 5000, 70_000, 3_000_000])
@pytest.mark.parametrize("held", ["in memory", "in a file"])
def test_floors_above_see_the_payload_alone(tmp_path: Path, held: str, size: int) -> None:
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    body = Body(in_chunks(data))
    if held == "in a file":
        file = tmp_path / "incoming"
        file.write_bytes(body.data)
        body = Body(file=file)
    request = plain(signed(data, body))
    assert b"".join(request.body.pieces()) == data
    assert request.body.sha256 == hashlib.sha256(data).hexdigest()
    headers = dict(request.headers)
    assert headers["content-length"] == str(size)
    assert headers["x-amz-checksum-crc32"] == crc32(data)
    assert "x-amz-trailer" not in headers


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[:-2],
        lambda body: body[:-30],
        lambda body: body.replace(b"x-amz-checksum-crc32:", b"x-amz-checksum-sha1:"),
        lambda body: body.replace(b"a", b"b", 1),
        lambda body: body + b"more",
        lambda body: body.replace(b"3e8\r\n", b"3e9\r\n", 1),
        lambda _: b"",
    ],
)
def test_n2_nothing_comes_of_a_body_that_was_touched(spoil: object) -> None:
    data = b"a" * 1000
    with pytest.raises(AwsError):
        plain(signed(data, Body(spoil(in_chunks(data)))))  # type: ignore[operator]


def put(server: Server, request: HttpRequest) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server.endpoint.partition("//")[2])
    connection.request(request.method, request.path, request.body.data, dict(request.headers))
    answer = connection.getresponse()
    said = answer.status, answer.read()
    connection.close()
    return said


def test_nothing_is_visible_unless_the_checksum_holds(watchword: Server) -> None:
    s3 = boto3.client("s3", **watchword.client_arguments)
    s3.create_bucket(Bucket="chunks")
    data, host = b"a" * 100_000, watchword.endpoint.partition("//")[2]
    key = Credentials(watchword.access_key_id, watchword.secret)
    for checksum, status in ((crc32(b"other"), 400), ("", 200)):
        draft = signed(data, Body(in_chunks(data, checksum)), "/chunks/key", host)
        bare = [(n, v) for n, v in draft.headers if n not in {"authorization", "x-amz-date"}]
        request = HttpRequest("PUT", "/chunks/key", headers=tuple(bare), body=draft.body)
        request = sign(request, key, service="s3", region="us-east-1", now=datetime.now(UTC))
        answered, said = put(watchword, request)
        assert answered == status, said
        assert len(s3.list_objects_v2(Bucket="chunks").get("Contents", [])) == (status == 200)
    assert s3.get_object(Bucket="chunks", Key="key")["Body"].read() == data


def test_n1_a_body_in_chunks_needs_a_signature(watchword: Server) -> None:
    """N1: no signature, or a fabricated one, is refused in this form too."""
    boto3.client("s3", **watchword.client_arguments).create_bucket(Bucket="chunks")
    request = signed(b"data", Body(in_chunks(b"data")), "/chunks/key", watchword.endpoint.partition("//")[2])
    assert put(watchword, request)[0] == 403
    bare = tuple((n, v) for n, v in request.headers if n != "authorization")
    status, said = put(watchword, HttpRequest("PUT", "/chunks/key", headers=bare, body=request.body))
    assert status == 400, said
