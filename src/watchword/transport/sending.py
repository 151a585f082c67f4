"""An answer that is sent in pieces: a thread reads a window of them, once the client took the one before.

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
from watchword.transport.windows import Windows

log = logging.getLogger(__name__)


class Sent(Protocol):
    """Hears of each window that was given to the transport, and of the end."""

    def __call__(self, size: int, *, last: bool) -> None: ...


class Sending:
    """The body of one answer."""

    def __init__(
        self,
        response: HttpResponse,
        transport: asyncio.Transport,
        threads: Executor,
        windows: Windows,
        sent: Sent,
    ) -> None:
        self._left = int(dict(response.headers).get("content-length", 0))
        self._pieces: Iterator[bytes] = iter(response.body)  # type: ignore[arg-type]  # bytes go at once
        self._transport, self._threads, self._sent = transport, threads, sent
        self._windows, self._window = windows, 0
        self._reading = False

    def go_on(self) -> None:
        """Sends the next window, unless that is under way."""
        if not self._reading:
            self._reading = True
            self._window = self._windows.next(self._window)
            loop = asyncio.get_running_loop()
            loop.run_in_executor(self._threads, self._read, self._window).add_done_callback(self._send)

    def end(self) -> None:
        """The answer has left, or never will."""
        self._windows.leave(self._window)
        self._window = 0

    def _read(self, window: int) -> list[bytes]:
        """The pieces of a window. Raises ValueError where the answer isn't as long as it says."""
        pieces, size = [], 0
        while size < window and (piece := next(self._pieces, b"")):
            pieces.append(piece)
            size += len(piece)
        self._left -= size
        ended = size < window or (self._left == 0 and not next(self._pieces, b""))
        if self._left < 0 or ended is not (self._left == 0):
            raise ValueError(f"{self._left} bytes are left of an answer")
        return pieces

    def _send(self, read: "Future[list[bytes]]") -> None:
        self._reading = False
        try:
            pieces = read.result()
        except Exception:
            log.exception("an answer breaks off")
            self._transport.abort()
            return
        if self._transport.is_closing():
            return
        if pieces:
            self._transport.writelines(pieces)
        self._sent(sum(map(len, pieces)), last=not self._left)
