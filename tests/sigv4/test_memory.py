"""Caches stay small, whatever clients without credentials send."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from watchword.names import AwsError, HttpRequest
from watchword.sigv4 import read, verify

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
HEADS = 30
MOST = 1 << 20
SIGNED = ("host", "x-amz-content-sha256", "x-amz-date")


def head(
    region: str = "us-east-1", others: tuple[str, ...] = (), signed: tuple[str, ...] = ()
) -> HttpRequest:
    authorization = (
        f"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/{region}/s3/aws4_request, "
        f"SignedHeaders={';'.join(sorted((*SIGNED, *signed)))}, Signature={'0' * 64}"
    )
    headers = {
        "host": "s3.local",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        "x-amz-date": "20261123T123456Z",
        "authorization": authorization,
        **dict.fromkeys(others, ""),
    }
    return HttpRequest("GET", "/bucket", "", tuple(headers.items()))


def names(number: int) -> tuple[str, ...]:
    return tuple(f"a{number}-{each}" for each in range(3000))


@pytest.mark.parametrize(
    "made",
    [
        lambda number: head(region=f"{number}" + "a" * 60_000),
        lambda number: head(others=(f"a{number}" + "a" * 60_000,)),
        lambda number: head(others=names(number)),
        lambda number: head(others=names(number), signed=names(number)),
    ],
    ids=["a long credential", "a long header name", "many headers", "many signed headers"],
)
def test_heads_without_credentials_fill_no_memory(made: Callable[[int], HttpRequest]) -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(HEADS):
            request = made(number)
            with suppress(AwsError):
                claim = read(request)
                assert claim
                verify(claim, request, "0" * 40, now=NOW)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < MOST


def test_a_credential_that_nobody_has_is_refused() -> None:
    longest = 512 - len("AKIAIOSFODNN7EXAMPLE/20261123//s3/aws4_request")
    assert read(head(region="r" * longest))
    with pytest.raises(AwsError, match="at most 512 characters") as caught:
        read(head(region="r" * (longest + 1)))
    assert caught.value.code == "IncompleteSignature"
