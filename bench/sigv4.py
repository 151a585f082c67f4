"""What verifying a signature costs, beside the hashing that nobody can do without and botocore's signing.

The floor of a request is SHA-256 of its body and of its canonical request, and one HMAC: what remains when
the texts and the signing key are given. Every request is another one. Rows are interleaved by whoever runs
them; by itself (`python bench/sigv4.py`) this module prints their medians.
"""

import base64
import hashlib
import hmac
import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from msgspec.structs import replace

from rows import Row, print_medians
from watchword.names import Body, HttpRequest
from watchword.sigv4 import Claim, Credentials, explain, read, sign, verify
from watchword.sigv4.chunked import Decoder
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.payload import EMPTY_SHA256

MANY = 400
ROUNDS = 15
SIZE = 16 << 20
CHUNK = 64 << 10
PIECE = 60_000
HOST = "127.0.0.1:4566"
NOW = datetime.now(UTC)
LONG_TERM = Credentials("AKIAIOSFODNN7EXAMPLE", "s" * 40)
SESSION = Credentials("ASIAIOSFODNN7EXAMPLE", "t" * 40, "T" * 700)
AGENT = "Boto3/1.44 md/Botocore#1.44 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11"
BEFORE = frozenset({"content-type", "host", "user-agent", "x-amz-checksum-mode"})
"""Headers that boto3 has before it signs."""
STS_FLOOR = "floor of an STS POST"
S3_FLOOR = "floor of an S3 GET with a token"
HASHING = "SHA-256 of 16 MiB in 64 KiB pieces"


def rows() -> Iterator[Row]:
    """All rows, peers first."""
    sts, s3 = [_sts() for _ in range(MANY)], [_s3() for _ in range(MANY)]
    yield Row(STS_FLOOR, _floor(sts), "", "")
    yield Row("verify an STS POST", _verifying(sts, LONG_TERM), STS_FLOOR, ">= 0.29, aim 0.45")
    yield Row("sign an STS POST", _signing(sts, LONG_TERM, "sts"), STS_FLOOR, "")
    yield Row("botocore signs an STS POST", _botocore(sts, LONG_TERM, SigV4Auth, "sts"), STS_FLOOR, "")
    yield Row(S3_FLOOR, _floor(s3), "", "")
    botocore = "botocore signs an S3 GET with a token"
    yield Row(botocore, _botocore(s3, SESSION, S3SigV4Auth, "s3"), S3_FLOOR, "")
    yield Row("verify an S3 GET with a token", _verifying(s3, SESSION), S3_FLOOR, ">= 0.25, aim 0.40")
    yield Row("the same, against botocore's signing", _verifying(s3, SESSION), botocore, ">= 4")
    yield Row(HASHING, _hashing, "", "")
    yield Row("signed chunks of 16 MiB", _decoding("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), HASHING, ">= 0.5")
    unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    yield Row("unsigned chunks of 16 MiB with crc32", _decoding(unsigned), HASHING, ">= 0.8")


def _sent(request: HttpRequest) -> HttpRequest:
    """A signed request with what boto3 adds after signing."""
    added = (
        ("user-agent", AGENT),
        ("amz-sdk-invocation-id", secrets.token_hex(16)),
        ("amz-sdk-request", "attempt=1; max=3"),
        ("content-length", str(request.body.size)),
    )
    return replace(request, headers=(*request.headers, *added))


def _sts() -> HttpRequest:
    body = f"Action=AssumeRole&Version=2011-06-15&RoleSessionName={secrets.token_hex(8)}".encode()
    form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
    request = HttpRequest("POST", "/", "", (form, ("host", HOST)), Body(body))
    return _sent(sign(request, LONG_TERM, service="sts", region="us-east-1", now=NOW))


def _s3() -> HttpRequest:
    headers = (("x-amz-checksum-mode", "ENABLED"), ("host", HOST))
    request = HttpRequest("GET", f"/bucket/folder/{secrets.token_hex(8)}.txt", "", headers)
    return _sent(sign(request, SESSION, service="s3", region="us-east-1", now=NOW))


def _rate(act: Callable[[Any], object], given: Sequence[Any]) -> float:
    began = time.perf_counter()
    for each in given:
        act(each)
    return len(given) / (time.perf_counter() - began)


def _verifying(requests: list[HttpRequest], credentials: Credentials) -> Callable[[], float]:
    services = frozenset({"sts", "s3"})

    def check(request: HttpRequest) -> None:
        claim = read(request)
        assert claim
        verify(claim, request, credentials.secret, services=services, now=NOW)

    return lambda: _rate(check, requests)


def _signing(requests: list[HttpRequest], credentials: Credentials, service: str) -> Callable[[], float]:
    unsigned = [
        replace(each, headers=tuple(pair for pair in each.headers if pair[0] in BEFORE)) for each in requests
    ]

    def act(request: HttpRequest) -> None:
        sign(request, credentials, service=service, region="us-east-1", now=NOW)

    return lambda: _rate(act, unsigned)


def _floor(requests: list[HttpRequest]) -> Callable[[], float]:
    texts = []
    for request in requests:
        claim = read(request)
        assert claim
        made = explain(claim, request)
        texts.append((request.body.data, made.canonical_request.encode(), made.string_to_sign.encode()))
    key = b"k" * 32

    def hash_and_sign(text: tuple[bytes, bytes, bytes]) -> None:
        body, canonical, to_sign = text
        hashlib.sha256(body).hexdigest()
        hashlib.sha256(canonical).hexdigest()
        hmac.new(key, to_sign, "sha256").hexdigest()

    return lambda: _rate(hash_and_sign, texts)


def _botocore(
    requests: list[HttpRequest], credentials: Credentials, kind: type[SigV4Auth], service: str
) -> Callable[[], float]:
    holder = BotocoreCredentials(credentials.access_key_id, credentials.secret, credentials.token)
    signer = kind(holder, service, "us-east-1")

    def unsigned(request: HttpRequest) -> AWSRequest:
        headers = {name: value for name, value in request.headers if name in BEFORE}
        return AWSRequest(request.method, f"http://{HOST}{request.path}", headers, request.body.data)

    return lambda: _rate(signer.add_auth, [unsigned(request) for request in requests])


def _hashing() -> float:
    data = bytes(CHUNK)
    began = time.perf_counter()
    digest = hashlib.sha256()
    for _ in range(SIZE // CHUNK):
        digest.update(data)
    digest.hexdigest()
    return 1 / (time.perf_counter() - began)


class _Crc32:
    """zlib's CRC-32 in hashlib's form."""

    def __init__(self) -> None:
        self.state = 0

    def update(self, data: bytes) -> None:
        self.state = zlib.crc32(data, self.state)

    def digest(self) -> bytes:
        return self.state.to_bytes(4, "big")


def _decoding(payload: str) -> Callable[[], float]:
    """A body of SIZE bytes in chunks, arriving in pieces that don't know of chunks."""
    signed = payload.startswith("STREAMING-AWS4")
    headers = [("host", HOST), ("x-amz-content-sha256", payload), ("x-amz-decoded-content-length", str(SIZE))]
    if not signed:
        headers.append(("x-amz-trailer", "x-amz-checksum-crc32"))
    request = sign(
        HttpRequest("PUT", "/bucket/key", "", tuple(headers)),
        LONG_TERM,
        service="s3",
        region="us-east-1",
        now=NOW,
    )
    claim = read(request)
    assert claim
    body = _signed_body(claim) if signed else _unsigned_body()
    pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]

    def measure() -> float:
        began = time.perf_counter()
        decoder = Decoder(claim, request, LONG_TERM.secret, {"CRC32": _Crc32})
        for piece in pieces:
            decoder.feed(piece)
        decoder.end()
        return 1 / (time.perf_counter() - began)

    return measure


def _signed_body(claim: Claim) -> bytes:
    scope, previous, out = claim.scope, claim.signature, []
    key = signing_key(LONG_TERM.secret, scope.date, scope.region, scope.service)
    for data in [bytes(CHUNK)] * (SIZE // CHUNK) + [b""]:
        hashes = f"{EMPTY_SHA256}\n{hashlib.sha256(data).hexdigest()}"
        text = f"{claim.algorithm}-PAYLOAD\n{claim.date}\n{scope.text}\n{previous}\n{hashes}"
        previous = sign_text(key, text)
        out.append(f"{len(data):x};chunk-signature={previous}\r\n".encode() + data + b"\r\n")
    return b"".join(out)


def _unsigned_body() -> bytes:
    data = bytes(CHUNK)
    checksum = base64.b64encode(zlib.crc32(bytes(SIZE)).to_bytes(4, "big")).decode()
    chunks = (f"{CHUNK:x}\r\n".encode() + data + b"\r\n") * (SIZE // CHUNK)
    return chunks + f"0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n".encode()


if __name__ == "__main__":
    print_medians(rows(), ROUNDS)
