"""Caches stay small, whatever clients without credentials send."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.wire import Models, recognise

REQUESTS = 30
MOST = 1 << 20
FORM = ("content-type", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    "made",
    [
        lambda number: HttpRequest("GET", headers=(("host", f"a{number}." + "1." * 30_000),)),
        lambda number: HttpRequest("GET", query=f"Action=a{number}" + "a" * 60_000),
        lambda number: HttpRequest("POST", query=f"x-amz-a={number}" + "a" * 60_000, headers=(FORM,)),
        lambda number: HttpRequest(
            "POST", headers=(FORM,), body=Body(f"a={number}".encode() + b"a" * 60_000)
        ),
    ],
    ids=["a long host", "a long query", "a long query of a form", "a long form"],
)
def test_requests_without_credentials_fill_no_memory(
    made: Callable[[int], HttpRequest], models: Models
) -> None:
    def send(number: int) -> None:
        with suppress(AwsError):
            recognise(made(number), models, scope_service=None, hosts=("localhost",))

    send(-1)  # reads what is read once
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(REQUESTS):
            send(number)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < MOST
