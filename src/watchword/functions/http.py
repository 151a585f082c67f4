"""HTTP/1.1 between an instance and the server, as far as the runtime API needs it.

Requests come from a process that may be hostile: what a connection can have held is bounded, also within one
header, of which httptools says nothing before it is whole. A body that is too long is read to its end but not
kept, so that the client reads the answer that says so.
"""

from http import HTTPStatus

import httptools
from msgspec import Struct

MOST_HEADERS = 64 << 10
MOST_THROWN_AWAY = 64 << 20
_OF_A_HEADER = 100
"""Bytes that a header takes besides its name and value."""


class BadRequestError(Exception):
    """The connection can't be understood, and is closed."""


class Request(Struct, frozen=True):
    """A request; `body` is None when it was longer than may be kept."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


class RequestReader:
    """The requests of one connection. The parser calls its methods that begin with `on_`."""

    def __init__(self, longest: int) -> None:
        """longest: the bytes of a body that are kept."""
        self._longest = longest
        self._parser = httptools.HttpRequestParser(self)
        self._found: list[Request] = []
        self._kept_back = 0
        """Bytes that came since the last of a whole head or of a body."""
        self._begin()

    def feed(self, data: bytes) -> list[Request]:
        """The requests that are whole now. Raises BadRequestError."""
        self._kept_back += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as wrong:
            raise BadRequestError from wrong
        if self._kept_back > MOST_HEADERS:
            raise BadRequestError
        found, self._found = self._found, []
        return found

    def _begin(self) -> None:
        self._url, self._headers, self._of_head = b"", dict[str, str](), 0
        self._body, self._size = bytearray(), 0

    def on_message_begin(self) -> None:
        self._begin()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._of_head += len(name) + len(value) + _OF_A_HEADER
        if self._of_head > MOST_HEADERS:
            raise BadRequestError
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._kept_back = 0

    def on_body(self, body: bytes) -> None:
        self._kept_back = 0
        self._size += len(body)
        if self._size > MOST_THROWN_AWAY:
            raise BadRequestError
        if self._size > self._longest:
            self._body.clear()
        else:
            self._body += body

    def on_message_complete(self) -> None:
        kept = bytes(self._body) if self._size <= self._longest else None
        method = self._parser.get_method().decode("latin-1")
        self._found.append(Request(method, self._url.decode("latin-1"), self._headers, kept))
        self._kept_back = 0
        self._begin()


def response(
    status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None, *, kind: str = "application/json"
) -> bytes:
    """A response, ready to be sent."""
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Type: {kind}"]
    lines += [f"Content-Length: {len(body)}", *(f"{name}: {text}" for name, text in (headers or {}).items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
