"""`Expect: 100-continue`: a client with a signed head is told to continue, any other is answered at once."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.server.harness import Draft, Keys, Running, client

from watchword.names import HttpRequest
from watchword.sigv4 import Credentials, presign

BUCKET = "expecting"
BODY = b"x" * 5000
LATER = b"GET /_watchword/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PUT = Draft("s3", "PUT", f"/{BUCKET}/key", body=BODY, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})


@pytest.fixture(scope="module", autouse=True)
def bucket(kept: Running, administrator: Keys) -> None:
    client("s3", kept.endpoint, administrator).create_bucket(Bucket=BUCKET)


def head_of(request: HttpRequest) -> bytes:
    target = request.path + (f"?{request.query}" if request.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    lines += ["expect: 100-continue", f"content-length: {len(request.body.data)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def asked(kept: Running, request: HttpRequest) -> tuple[bytes, bytes]:
    """What is said to the head, and after that to the body (if it was asked for) and to another request."""
    with socket.create_connection(("127.0.0.1", kept.port), 20) as connection:
        connection.sendall(head_of(request))
        first = connection.recv(65536)
        if first.startswith(b"HTTP/1.1 100"):
            connection.sendall(request.body.data + LATER)
        else:
            try:
                connection.sendall(LATER)
            except OSError:
                return first, b""
        rest = b""
        try:
            while piece := connection.recv(65536):
                rest += piece
        except ConnectionResetError:
            pass
        return first, rest


def presigned(kept: Running, keys: Keys, now: datetime) -> HttpRequest:
    who = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"))
    plain = replace(PUT, headers={}).request(kept.endpoint)
    return presign(plain, who, service="s3", region="us-east-1", now=now, expires=60)


def test_a_signed_head_is_told_to_continue(kept: Running, administrator: Keys) -> None:
    for request in (
        PUT.signed(kept.endpoint, administrator),
        replace(PUT, body=b"x" * 3_000_000).signed(kept.endpoint, administrator),
        presigned(kept, administrator, datetime.now(UTC)),
    ):
        first, rest = asked(kept, request)
        assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
        assert rest.count(b"HTTP/1.1 200 OK\r\n") == 2


def test_any_other_head_is_answered_without_its_body(kept: Running, administrator: Keys) -> None:
    forged = {**administrator, "SecretAccessKey": "a" * 40}
    early = datetime.now(UTC) - timedelta(hours=1)
    for request, status in (
        (PUT.signed(kept.endpoint, forged), b"403"),
        (PUT.signed(kept.endpoint, {**administrator, "AccessKeyId": "AKIA" + "A" * 16}), b"403"),
        (PUT.signed(kept.endpoint, administrator, now=early), b"403"),
        (presigned(kept, forged, datetime.now(UTC)), b"403"),
        (presigned(kept, administrator, early), b"403"),
    ):
        first, rest = asked(kept, request)
        assert first.startswith(b"HTTP/1.1 " + status), request
        assert b"connection: close" in first.lower()
        assert b"HTTP/1.1" not in rest  # the next request was not taken for the body, nor answered
