"""Where one request ends and the next begins, before anybody reads what it says.

llhttp (through httptools) refuses Content-Length beside Transfer-Encoding, bare line feeds, folded headers
and control characters. What it leaves open is closed here:

1. Nothing is upgraded. An Upgrade that nobody honours is ignored (RFC 9110, section 7.8); together with a
   body it is refused, for httptools would take that body for the next request.
2. A head ends within MAX_HEAD bytes and what one read brings besides, and within SECONDS.
3. A body that stops coming for SECONDS ends the connection, unless it is us who don't read.

Who breaks a rule is answered 400 in plain text, if at all, and disconnected: no protocol was recognised,
and nothing of it was a request. What a whole head may say is `receive`'s.
"""

import asyncio
from enum import Enum
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
LONGEST_READ = 256 * 1024
"""Bytes that the event loop hands over at once."""
_BODY = frozenset({b"content-length", b"transfer-encoding"})


class Part(Enum):
    """Where in a request the connection is."""

    BETWEEN = "between"
    HEAD = "head"
    BODY = "body"


class Framing(HttpToolsProtocol):
    """uvicorn's protocol on httptools, with the rules above."""

    seconds = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._part = Part.BETWEEN
        self._head = 0
        self._heard = self._began = self.loop.time()
        self._timer = self.loop.call_later(self.seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard = self.loop.time()
        super().data_received(data)
        if self._part is Part.HEAD:
            self._head += len(data)
            if self._head > MAX_HEAD + LONGEST_READ:
                self.send_400_response("The request's head is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._part, self._head, self._began = Part.HEAD, 0, self.loop.time()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and any(name in _BODY for name, _ in self.headers):
            raise ValueError("an upgrade with a body")
        super().on_headers_complete()
        self._part = Part.BODY

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._part = Part.BETWEEN

    def _look(self) -> None:
        now = self.loop.time()
        late = {
            Part.BETWEEN: self.cycle is None,  # afterwards uvicorn itself ends idle connections
            Part.HEAD: now - self._began >= self.seconds,
            Part.BODY: now - self._heard >= self.seconds and not self.flow.read_paused,
        }
        if late[self._part]:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(self.seconds, self._look)

    def _unsupported_upgrade_warning(self) -> Any:  # noqa: ANN401 uvicorn's
        """Ignored as said, and nothing for an operator to act upon."""
