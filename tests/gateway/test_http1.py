"""An answer as bytes: framed as it says, and never by what stands in a header."""

import pytest

from watchword.gateway.http1 import plain, written
from watchword.names import HttpResponse

COMMON = ((b"server", b"watchword"),)


def test_an_answer_as_bytes() -> None:
    response = HttpResponse(200, (("content-length", "2"), ("x-amz-meta-a", "\xe9")), b"ok")
    assert written(response, COMMON, bodiless=False, keep_alive=True) == (
        b"HTTP/1.1 200 OK\r\nserver: watchword\r\ncontent-length: 2\r\nx-amz-meta-a: \xe9\r\n\r\nok"
    )


def test_an_answer_to_head_has_the_length_and_no_body() -> None:
    sent = written(plain(503, "Full."), (), bodiless=True, keep_alive=False)
    assert sent.endswith(b"\r\ncontent-length: 5\r\nconnection: close\r\n\r\n")


@pytest.mark.parametrize("value", ["a\nb: c", "a\r\nb: c", "a\rb", "a\0", "\x7f"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_no_control_character_goes_out_in_a_header(value: str, place: str) -> None:
    header = (value, "v") if place == "name" else ("x", value)
    sent = written(HttpResponse(200, (header,), b"ok"), COMMON, bodiless=False, keep_alive=True)
    assert sent == b"HTTP/1.1 500 Internal Server Error\r\nserver: watchword\r\ncontent-length: 0\r\n\r\n"
