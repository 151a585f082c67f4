"""Where a request ends and the next begins, in the bytes of one connection.

llhttp (through httptools) refuses Content-Length beside Transfer-Encoding, bare line feeds, folded headers
and control characters. What it lets pass is dealt with here:

1. Nothing is upgraded. An Upgrade is ignored (RFC 9110, section 7.8, lets a server do so). Together with a
   body it is refused, for httptools would take that body for the next request.
2. A head ends within MAX_HEAD bytes, and what else the same read brings. `receive` limits whole heads.
3. Trailers behind a chunked body are no headers (RFC 9110, section 6.5.1). They are left out, and the same
   limit holds for them, and for extensions of a chunk.
4. There is one Host (RFC 9112, section 3.2). Of two, a proxy could use the other one.
5. Whatever comes behind a request that closes the connection isn't looked at.
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from watchword.transport.receive import MAX_HEAD, MAX_HEADERS, Headers, Incoming, Peer, head

LONGEST_READ = 256 * 1024
"""Bytes that the event loop hands over at once."""
INVALID = "Invalid HTTP request received."
_OF_A_BODY = frozenset({"content-length", "transfer-encoding"})
_OF_CONNECTIONS = frozenset({"connection", "expect", "proxy-connection"})
"""What means something else, or nothing, before HTTP/1.1."""
_NAMES = {
    spelt.encode(): name
    for name in (
        *("accept", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "authorization"),
        *("connection", "content-length", "content-type", "host", "user-agent", "x-amz-content-sha256"),
        *("x-amz-date", "x-amz-security-token", "x-amz-user-agent"),
    )
    for spelt in (name, name.title())
}
"""Names that most requests have, as clients spell them: always the same text is faster to look up."""


class Malformed(Exception):  # noqa: N818 the client's error, not ours
    """What came isn't HTTP/1.1, or breaks the rules above. The message is for the client."""


class Part(Enum):
    """Where in a request the connection is."""

    BETWEEN = "between"
    HEAD = "head"
    BODY = "body"


_BETWEEN, _HEAD, _BODY = Part
# In Python 3.11 a member of an enum takes several times as long to find as a name.


class Framing:
    """Makes requests of bytes. Each is given to `begun` at the end of its head, and gets its body later."""

    def __init__(self, peer: Peer, spool: Path, begun: Callable[[Incoming], None]) -> None:
        self.part = _BETWEEN
        self.began = 0.0
        """When the last request began."""
        self.head = 0
        """Bytes that came since the last of a whole head or of a body."""
        self.ended = False
        """Whether nothing more is read."""
        self._peer, self._spool, self._begun = peer, spool, begun
        self._parser = HttpRequestParser(self)
        self._now, self._length, self._body_came = 0.0, 0, False
        self._target = b""
        self._headers: Headers = []
        self._coming: Incoming | None = None

    def feed(self, data: bytes, now: float) -> None:
        """The next bytes. Raises Malformed."""
        self._now, self._length, self._body_came = now, len(data), False
        rest = data
        while rest and not self.ended:
            rest = self._parse(rest)
        if self.part is not _BETWEEN and not self._body_came:
            self.head += self._length
            if self.head > MAX_HEAD + LONGEST_READ or len(self._headers) > MAX_HEADERS:
                raise Malformed("The request's head is too long.")

    def drop(self) -> None:
        """Frees what was read of a request at once; the parser and this refer to each other."""
        self.ended = True
        del self._parser

    def _parse(self, data: bytes) -> bytes:
        """What is left of the data: llhttp stops behind a request with an Upgrade."""
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as ignored:  # rule 1
            (offset,) = ignored.args
            return data[offset:]
        except HttpParserCallbackError as raised:
            if not isinstance(raised.__context__, Malformed | HttpParserError):
                raise  # a defect
            raise Malformed(INVALID) from None
        except HttpParserError:
            if not self.ended:  # rule 5
                raise Malformed(INVALID) from None
        return b""

    # what httptools calls

    def on_message_begin(self) -> None:
        self.part, self.head, self.began = _HEAD, 0, self._now
        self._target, self._headers = b"", []

    def on_url(self, target: bytes) -> None:
        self._target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append(
            (_NAMES.get(name) or name.lower().decode("latin-1"), value.strip(b" \t").decode("latin-1"))
        )

    def on_headers_complete(self) -> None:
        parser = self._parser
        headers, self._headers = self._headers, []  # rule 3: what comes now is trailers
        if parser.should_upgrade() and any(name in _OF_A_BODY for name, _ in headers):
            raise Malformed("an Upgrade with a body")
        self.part, size, self.head = _BODY, self.head + self._length, 0
        request = head(parser.get_method().decode(), self._target, headers, self._peer)
        if request.repeats and [name for name, _ in headers].count("host") > 1:
            raise Malformed("more than one Host")
        # Asked only where it matters: llhttp keeps no connection of an older version, unless a header asks.
        newest = request.by_name.keys().isdisjoint(_OF_CONNECTIONS) or parser.get_http_version() == "1.1"
        keep_alive = newest and parser.should_keep_alive()
        self._coming = Incoming(request, self._spool, keep_alive=keep_alive, size=size)
        if not newest:
            self._coming.continues = False  # RFC 9110, section 10.1.1
        self._begun(self._coming)

    def on_body(self, piece: bytes) -> None:
        self.head, self._body_came = 0, True
        if self._coming is not None:
            self._coming.take(piece)

    def on_message_complete(self) -> None:
        self.part = _BETWEEN
        if self._coming is not None:
            self._coming.whole = True
            self.ended = not self._coming.keep_alive
            self._coming = None
