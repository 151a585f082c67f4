"""A container endpoint on a port of loopback, for one workload, served from a thread."""

import asyncio
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from watchword.delivery import container
from watchword.delivery.supply import NotIssued, Supply
from watchword.names import HttpRequest, HttpResponse
from watchword.transport import ConnectionLimits, Server
from watchword.transport.service import By, Deliver

LOOPBACK = "127.0.0.1"
TOKEN_BYTES = 32
UNREADABLE = container.error(400, "InvalidRequest", "The request can't be read.")


class Place(NamedTuple):
    """Where a workload asks, and the token that it shows."""

    uri: str
    token: str


@contextmanager
def serving(supply: Supply) -> Iterator[Place]:
    """Serves what the supply has, while the block runs."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with socket.create_server((LOOPBACK, 0)) as listener, tempfile.TemporaryDirectory() as spool:
        port = listener.getsockname()[1]
        answers = Answers(supply, frozenset({f"{LOOPBACK}:{port}", f"localhost:{port}"}), token)
        server = Server(answers, listener, Path(spool), limits=ConnectionLimits())
        thread = threading.Thread(target=server.run, name="container endpoint")
        thread.start()
        try:
            yield Place(f"http://{LOOPBACK}:{port}{container.PATH}", token)
        finally:
            server.stop()
            thread.join()


class Answers:
    """What the transport asks for answers."""

    def __init__(self, supply: Supply, hosts: frozenset[str], token: str) -> None:
        self._supply, self._hosts, self._token = supply, hosts, token

    def at_once(self, request: HttpRequest, deliver: Deliver, error: Exception | None = None) -> By:
        """By the event loop, unless credentials must be renewed first."""
        answer = UNREADABLE if error else container.refusal(request, self._hosts, self._token)
        if answer is None and (issued := self._supply.at_once()):
            answer = container.credentials(issued)
        if answer is None:
            return By.THREAD
        asyncio.get_running_loop().call_soon(deliver, answer)
        return By.EVENT_LOOP

    def answer(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002 it was read by at_once
        """The answer to a request that `at_once` didn't refuse, in a thread."""
        try:
            return container.credentials(self._supply.get())
        except NotIssued as missing:
            return container.error(503, "CredentialsUninitialized", str(missing))

    def admit(self, request: HttpRequest) -> None:
        """Raises for every body that isn't here yet: no request needs one."""
        raise NotIssued(f"{request.method} with a body")
