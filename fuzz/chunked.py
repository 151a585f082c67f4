"""aws-chunked bodies, altered and cut at will.

What comes out of a signed one is a beginning of what was signed; what comes out of an unsigned one has the
checksum that its trailer says. How a body is cut makes no difference to one that is whole.
The first byte chooses the framing, the second how the rest, the body, is cut into pieces.
"""

import hashlib
import zlib
from base64 import b64encode
from datetime import UTC, datetime

from watchword.names import AwsError, HttpRequest
from watchword.sigv4 import Claim, Credentials, read, sign
from watchword.sigv4.chunked import Decoder
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.payload import EMPTY_SHA256

CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
PAYLOAD = b"watchword" * 1000
CHUNKS = (PAYLOAD[:8192], PAYLOAD[8192:], b"")
FRAMINGS = ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")


class Crc32:
    """zlib's CRC-32 in hashlib's form."""

    def __init__(self) -> None:
        self.state = 0

    def update(self, data: bytes) -> None:
        self.state = zlib.crc32(data, self.state)

    def digest(self) -> bytes:
        return self.state.to_bytes(4, "big")


def _request(framing: str) -> HttpRequest:
    headers = [
        ("host", "s3.localhost"),
        ("x-amz-content-sha256", framing),
        ("x-amz-decoded-content-length", str(len(PAYLOAD))),
    ]
    if framing.endswith("TRAILER"):
        headers.append(("x-amz-trailer", "x-amz-checksum-crc32"))
    request = HttpRequest("PUT", "/bucket/key", "", tuple(headers))
    return sign(request, CREDENTIALS, service="s3", region="us-east-1", now=NOW)


def _claim(request: HttpRequest) -> Claim:
    claim = read(request)
    assert claim
    return claim


REQUESTS = tuple(_request(framing) for framing in FRAMINGS)
CLAIMS = tuple(_claim(request) for request in REQUESTS)


def seeds() -> list[bytes]:
    bodies = (_signed_body(CLAIMS[0]), _unsigned_body())
    return [bytes([kind, cut]) + body for kind, body in enumerate(bodies) for cut in (0, 1, 100)]


def check(data: bytes) -> None:
    if len(data) < 2:
        return
    kind, size, body = data[0] % len(REQUESTS), data[1] * 16 or len(data), data[2:]
    out, whole = _decoded(kind, [body[at : at + size] for at in range(0, len(body), size)])
    assert len(out) <= len(PAYLOAD)
    if whole:
        assert len(out) == len(PAYLOAD)
    if kind == 0:
        assert PAYLOAD.startswith(out)
    assert (out, whole) == _decoded(kind, [body]) or not whole


def _decoded(kind: int, pieces: list[bytes]) -> tuple[bytes, bool]:
    """What came out, and whether it was the whole and proved."""
    decoder = Decoder(CLAIMS[kind], REQUESTS[kind], CREDENTIALS.secret, {"CRC32": Crc32})
    out = b""
    try:
        for piece in pieces:
            out += b"".join(decoder.feed(piece))
        decoder.end()
    except AwsError:
        return out, False
    if kind:
        checksum = b64encode(zlib.crc32(out).to_bytes(4, "big")).decode()
        assert decoder.trailers == {"x-amz-checksum-crc32": checksum}
    return out, True


def _signed_body(claim: Claim) -> bytes:
    scope, previous, body = claim.scope, claim.signature, b""
    key = signing_key(CREDENTIALS.secret, scope.date, scope.region, scope.service)
    for chunk in CHUNKS:
        hashes = f"{EMPTY_SHA256}\n{hashlib.sha256(chunk).hexdigest()}"
        text = f"{claim.algorithm}-PAYLOAD\n{claim.date}\n{scope.text}\n{previous}\n{hashes}"
        previous = sign_text(key, text)
        body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk + b"\r\n"
    return body


def _unsigned_body() -> bytes:
    checksum = b64encode(zlib.crc32(PAYLOAD).to_bytes(4, "big")).decode()
    framed = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in CHUNKS[:-1])
    return framed + f"0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n".encode()
