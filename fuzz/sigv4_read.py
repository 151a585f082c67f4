"""What a request claims: a claim, nothing, or an AwsError; and no text carries our signature by chance."""

from datetime import UTC, datetime

from fuzz.requests import request_of, vectors
from watchword.names import AwsError
from watchword.sigv4 import read, verify

SECRET = "a secret that no vector was signed with"
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)


def seeds() -> list[bytes]:
    return [*vectors("signed"), *vectors("request")]


def check(data: bytes) -> None:
    request = request_of(data)
    try:
        claim = read(request)
        if claim is None:
            return
        assert claim.signature
        assert "host" in claim.signed_headers.split(";")
        if claim.expires is None:
            _, _, parameters = (request.header("authorization") or "").partition(" ")
            assert f"Signature={claim.signature}" in [pair.strip(" ") for pair in parameters.split(",")]
        verify(claim, request, SECRET, now=NOW)
    except AwsError as refused:
        assert SECRET not in f"{refused} {refused.meant} {refused.fields}"
    else:
        raise AssertionError("a signature that nobody made")
