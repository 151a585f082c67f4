"""An endpoint for workloads: a listening socket that is served from a thread, by our own transport."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchword.delivery.supply import NotIssued
from watchword.names import HttpRequest, HttpResponse
from watchword.transport import ConnectionLimits, Server
from watchword.transport.service import By, Deliver, Meet

MAX_CONNECTIONS = 1024
MAX_HELD = 4 << 20
NO_SPOOL = Path(os.devnull)
"""No large body is admitted, so a full disk is nothing to us."""
SECONDS = 10.0
"""A client that is silent for as long is disconnected."""

Respond = Callable[[HttpRequest, bool], HttpResponse | None]
"""A request, and whether the answer may wait for the server -> the answer; None if it has to wait."""


@contextmanager
def serving(listener: socket.socket, meet: Meet) -> Iterator[None]:
    """Serves on it while the block runs. `meet` gives each connection what answers it."""
    limits = ConnectionLimits(MAX_CONNECTIONS, MAX_HELD, SECONDS)
    server = Server(Answers(_nothing), listener, NO_SPOOL, limits=limits, meet=meet)
    thread = threading.Thread(target=server.run, name=f"endpoint {listener.getsockname()[1]}")
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


class Answers:
    """What the transport asks for answers."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def at_once(self, request: HttpRequest, deliver: Deliver, error: Exception | None = None) -> By:
        """By the event loop, unless the server must be asked first."""
        answer = UNREADABLE if error else self._respond(request, False)  # noqa: FBT003 named by Respond
        if answer is None:
            return By.THREAD
        asyncio.get_running_loop().call_soon(deliver, answer)
        return By.EVENT_LOOP

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer, in a thread."""
        answer = self._respond(request, True)  # noqa: FBT003 the same
        assert answer is not None
        return answer

    def admit(self, request: HttpRequest) -> None:
        """Raises for every body that isn't here yet: no request needs one."""
        raise NotIssued(f"{request.method} with a body")


UNREADABLE = HttpResponse(400, (("content-length", "0"),))


def _nothing(_request: HttpRequest, _wait: bool) -> HttpResponse:  # noqa: FBT001 as Respond
    return UNREADABLE
