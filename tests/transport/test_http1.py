"""The head of an answer as bytes: framed as it says, and never by what stands in a header."""

import re

import pytest

from watchword.names import HttpResponse
from watchword.transport.http1 import head, plain

DATE = rb"date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n"


def test_a_head_as_bytes() -> None:
    response = HttpResponse(200, (("content-length", "2"), ("x-amz-meta-a", "\xe9")), b"ok")
    expected = rb"HTTP/1\.1 200 OK\r\n" + DATE + b"content-length: 2\r\nx-amz-meta-a: \xe9\r\n\r\n"
    assert re.fullmatch(expected, head(response, keep_alive=True))


def test_a_client_is_told_that_the_connection_ends() -> None:
    sent = head(plain(503, "Full."), keep_alive=False)
    assert sent.endswith(b"\r\ncontent-length: 5\r\nconnection: close\r\n\r\n")


@pytest.mark.parametrize("value", ["a\nb: c", "a\r\nb: c", "a\rb", "a\0", "\x7f", "\u0100"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_no_control_character_goes_out_in_a_header(value: str, place: str) -> None:
    header = (value, "v") if place == "name" else ("x", value)
    with pytest.raises(ValueError, match=r"control character|latin-1"):
        head(HttpResponse(200, (header,), b"ok"), keep_alive=True)
