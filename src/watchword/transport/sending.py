"""An answer that is sent in pieces: a thread reads each, once the client has taken enough of those before it.

Nothing more is read for a client that left. The pieces together are as long as `content-length` says. Where
they aren't, or can't be read, the connection is cut: what comes next would be taken for the rest.
"""

import asyncio
import logging
from asyncio import Future
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Protocol

from watchword.names import HttpResponse

log = logging.getLogger(__name__)


class Sent(Protocol):
    """Hears of each piece that was given to the transport, and of the end."""

    def __call__(self, size: int, *, last: bool) -> None: ...


class Sending:
    """The body of one answer."""

    def __init__(
        self, response: HttpResponse, transport: asyncio.Transport, threads: Executor, sent: Sent
    ) -> None:
        self._left = int(dict(response.headers).get("content-length", 0))
        self._pieces: Iterator[bytes] = iter(response.body)  # type: ignore[arg-type]  # bytes go at once
        self._transport, self._threads, self._sent = transport, threads, sent
        self._reading = False

    def go_on(self) -> None:
        """Sends the next piece, unless that is under way."""
        if not self._reading:
            self._reading = True
            loop = asyncio.get_running_loop()
            loop.run_in_executor(self._threads, self._read).add_done_callback(self._send)

    def _read(self) -> bytes:
        """The next piece, empty at the end. Raises ValueError where the answer isn't as long as it says."""
        piece = next(self._pieces, b"")
        self._left -= len(piece)
        if self._left < 0 or (self._left and not piece):
            raise ValueError(f"{self._left} bytes are left of an answer")
        return piece

    def _send(self, read: "Future[bytes]") -> None:
        self._reading = False
        try:
            piece = read.result()
        except Exception:
            log.exception("an answer breaks off")
            self._transport.abort()
            return
        if self._transport.is_closing():
            return
        if piece:
            self._transport.write(piece)
        self._sent(len(piece), last=not piece)
