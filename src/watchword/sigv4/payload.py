"""The values of x-amz-content-sha256: how the body is signed.

Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header", table of the
values of x-amz-content-sha256. `watchword.sigv4.chunked` reads and verifies chunks.
"""

import re
from hashlib import sha256
from typing import NamedTuple

from watchword.names import Body, fault
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A
from watchword.sigv4.s3_words import argument

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Framing(NamedTuple):
    """How an aws-chunked body is signed."""

    algorithm: str | None
    """The algorithm of the chunks' signatures; None for chunks without signatures."""
    trailer: bool


FRAMINGS = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": Framing(ALGORITHM, trailer=False),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": Framing(ALGORITHM, trailer=True),
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD": Framing(ALGORITHM_V4A, trailer=False),
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER": Framing(ALGORITHM_V4A, trailer=True),
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": Framing(None, trailer=True),
}

_WITHOUT_HASH = frozenset({"", UNSIGNED_PAYLOAD})
_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")


def declared_payload(text: str, *, s3: bool, algorithm: str) -> str:
    """`text`, if it is a value that the service and algorithm support.

    Raises AwsError: UnsupportedSignature or IncompleteSignature.
    """
    if text == EMPTY_SHA256 or _SHA256.fullmatch(text):
        return text
    framing = FRAMINGS.get(text)
    if text == UNSIGNED_PAYLOAD or framing:
        if s3 and (framing is None or framing.algorithm in {None, algorithm}):
            return text
        raise fault("UnsupportedSignature", f"x-amz-content-sha256 {text} is not supported here.")
    said = f"x-amz-content-sha256 must be {UNSIGNED_PAYLOAD}, {', '.join(FRAMINGS)} or a valid sha256 value."
    raise fault("IncompleteSignature", said).in_s3_as(argument(said, "x-amz-content-sha256", text))


def check_payload(declared: str, body: Body) -> None:
    """Rule 16. Raises PayloadHashMismatch if the body doesn't have the declared hash.

    Raises UnsupportedSignature for a declared aws-chunked body.
    """
    if declared in _WITHOUT_HASH:
        return
    if declared in FRAMINGS:
        said = f"x-amz-content-sha256 {declared} is not supported here."
        raise fault("UnsupportedSignature", said, meant="aws-chunked, but nothing decodes it")
    computed = hash_of(body)
    if computed != declared.lower():
        raise fault(
            "PayloadHashMismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ClientComputedContentSHA256=declared,
            S3ComputedContentSHA256=computed,
        )


def hash_of(body: Body) -> str:
    """The body's SHA-256, in lower-case hex."""
    if body.file is not None:
        return body.sha256
    # Most bodies are small and hashed once: caching the hash would cost more than it saves.
    return sha256(body.data).hexdigest() if body.data else EMPTY_SHA256
