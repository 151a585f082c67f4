"""What the clients talk to: a server, and a judge of signatures that redirects."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, read, verify
from watchword.testing import Server

SIGNER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "a token")


class Judge(ThreadingHTTPServer):
    """Answers 200 where a signature holds, 403 where not, 401 where there is none; and redirects."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.elsewhere = ""
        self.seen: list[HttpRequest] = []

    def answer(self, request: HttpRequest) -> tuple[int, str]:
        self.seen.append(request)
        match request.path:
            case "/moved":
                return 307, "/there?a=2&a=1"
            case "/see-other":
                return 303, "/there"
            case "/away":
                return 307, f"{self.elsewhere}/there"
        try:
            claim = read(request)
            if claim is None:
                return 401, ""
            verify(claim, request, SIGNER.secret, services=("svc",), regions={"here"}, now=datetime.now(UTC))
        except AwsError:
            return 403, ""
        return 200, ""


class _Handler(BaseHTTPRequestHandler):
    server: Judge
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        path, _, query = self.path.partition("?")
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        body = Body(self.rfile.read(int(self.headers.get("content-length", 0))))
        status, location = self.server.answer(HttpRequest(self.command, path, query, headers, body))
        self.send_response(status)
        if location:
            self.send_header("location", location)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = _do  # noqa: N815 http.server's names

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _judge() -> Iterator[Judge]:
    with Judge() as judge:
        threading.Thread(target=judge.serve_forever, args=(0.01,), daemon=True).start()
        yield judge
        judge.shutdown()


@pytest.fixture
def judge() -> Iterator[Judge]:
    with _judge() as one:
        yield one


@pytest.fixture
def other(judge: Judge) -> Iterator[Judge]:
    """Where the judge sends whoever asks for /away."""
    with _judge() as one:
        judge.elsewhere = one.url
        yield one


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server.start() as started:
        yield started
