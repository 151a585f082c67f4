"""What the agent makes of a server's answers: refusals, outages, and garbage."""

import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from watchword.delivery.agent import sts
from watchword.delivery.agent.sts import Server, Wanted
from watchword.delivery.agent.written import Place
from watchword.delivery.sending import LONGEST
from watchword.delivery.supply import Issued, NotIssued, Refused

WANTED = Wanted("arn:aws:iam::111111111111:role/app", "app", 900)
OWN = Issued("", "AKIAA", "secret", "", datetime(2026, 11, 29, tzinfo=UTC))
GIVEN = {
    "AccessKeyId": "ASIAB",
    "SecretAccessKey": "secret-b",
    "SessionToken": "token-b",
    "Expiration": 1795867200,
}


def now() -> datetime:
    return datetime(2026, 11, 28, tzinfo=UTC)


@contextmanager
def answering(status: int, body: bytes, *headers: tuple[str, str]) -> Iterator[tuple[Server, list[Any]]]:
    """A server that always says this, and the requests that it got."""
    seen: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            for header in headers:
                self.send_header(*header)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False  # each is waited for at the end
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Server(Place(f"http://127.0.0.1:{server.server_port}"), now), seen
        server.shutdown()


def answer(operation: str, result: object) -> bytes:
    return json.dumps({f"{operation}Response": {f"{operation}Result": result}}).encode()


def test_a_session_of_the_role() -> None:
    with answering(200, answer("AssumeRole", {"Credentials": GIVEN})) as (server, seen):
        found = server.assume_role(WANTED, OWN)
    assert found == Issued(
        WANTED.role, "ASIAB", "secret-b", "token-b", datetime(2026, 11, 28, 12, tzinfo=UTC)
    )
    path, headers, body = seen[0]
    assert path == "/"
    assert "AKIAA/20261128/us-east-1/sts/aws4_request" in headers["authorization"]
    assert b"RoleSessionName=app&DurationSeconds=900" in body


def test_a_session_by_a_token_is_asked_for_unsigned() -> None:
    result = answer("AssumeRoleWithWebIdentity", {"Credentials": GIVEN})
    with answering(200, result) as (server, seen):
        assert server.assume_role_with_token(WANTED, "a.b.c").access_key_id == "ASIAB"
    _, headers, body = seen[0]
    assert "authorization" not in headers
    assert body.endswith(b"WebIdentityToken=a.b.c")


@pytest.mark.parametrize(
    ("status", "code", "refused"),
    [
        (403, "AccessDenied", True),
        (403, "ExpiredToken", True),
        (403, "InvalidClientTokenId", True),
        (403, "SignatureDoesNotMatch", False),
        (400, "Throttling", False),
        (503, "ServiceUnavailable", False),
        (500, "InternalFailure", False),
    ],
)
def test_who_is_refused_and_what_may_be_over_in_a_minute(status: int, code: str, refused: bool) -> None:
    body = json.dumps({"Error": {"Code": code, "Message": "said\nso"}}).encode()
    with answering(status, body) as (server, _), pytest.raises(NotIssued) as failed:
        server.assume_role(WANTED, OWN)
    assert isinstance(failed.value, Refused) is refused
    assert str(failed.value) == f"AssumeRole: {code}: said so"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, b"", id="nothing"),
        pytest.param(200, b"<html>", id="no JSON"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(200, b"{}", id="no result"),
        pytest.param(200, answer("AssumeRole", None), id="null"),
        pytest.param(200, answer("AssumeRole", {"Credentials": None}), id="no credentials"),
        pytest.param(200, answer("AssumeRole", {"Credentials": {**GIVEN, "SessionToken": 1}}), id="a number"),
        pytest.param(
            200, answer("AssumeRole", {"Credentials": {**GIVEN, "Expiration": 1e300}}), id="too late"
        ),
        pytest.param(200, answer("AssumeRole", {"Credentials": {**GIVEN, "Expiration": "x"}}), id="no time"),
        pytest.param(200, b" " * LONGEST + answer("AssumeRole", {"Credentials": GIVEN}), id="too long"),
        pytest.param(403, b'{"Error": "no"}', id="an error of another form"),
        pytest.param(403, b'{"Error": {"Code": ["AccessDenied"], "Message": 1}}', id="a list as code"),
        pytest.param(502, b"Bad Gateway", id="a proxy's words"),
    ],
)
def test_garbage_is_no_credentials_and_no_refusal(status: int, body: bytes) -> None:
    with answering(status, body) as (server, _), pytest.raises(NotIssued) as failed:
        server.assume_role(WANTED, OWN)
    assert not isinstance(failed.value, Refused)


def test_a_redirect_is_not_followed() -> None:
    with (
        answering(200, answer("AssumeRole", {"Credentials": GIVEN})) as (elsewhere, seen),
        answering(307, b"", ("location", elsewhere._place.endpoint)) as (server, _),
        pytest.raises(NotIssued, match="can't be read"),
    ):
        server.assume_role(WANTED, OWN)
    assert seen == []


def test_a_server_that_cannot_be_reached_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = Server(Place(f"http://127.0.0.1:{port}"), now)
    with pytest.raises(NotIssued, match="can't be reached: "):
        server.check(OWN)
    with pytest.raises(NotIssued, match=r"can't be reached$"):
        server.check(OWN)
    later = time.monotonic() + sts.REST
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(NotIssued, match="can't be reached: "):
        server.check(OWN)


def test_nobody_waits_long_for_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sts, "ALIVE_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server(Place(f"http://127.0.0.1:{silent.getsockname()[1]}"), now)
        with pytest.raises(NotIssued, match="timed out"):
            server.check(OWN)
