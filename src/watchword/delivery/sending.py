"""Sends one request to the server, with what Python has: for programs that must stay small.

No redirect is followed and no proxy is asked: what is signed for one host goes to that host. An answer has at
most LONGEST bytes, and comes in time.
"""

import http.client
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

from watchword.names import HttpRequest

SECONDS = 20.0
LONGEST = 1 << 20


class Reply(NamedTuple):
    """What the server answers."""

    status: int
    body: bytes
    error: str
    """The code that REST services have in a header; empty where there is none."""


class NotSent(Exception):  # noqa: N818 what happened
    """There is no answer: why, for the operator."""


def send(request: HttpRequest, endpoint: str, *, ca_bundle: str = "", seconds: float = SECONDS) -> Reply:
    """The answer, each part of which comes within so many seconds. Raises NotSent."""
    try:
        connection = _connection(endpoint, ca_bundle, seconds)
    except (OSError, ValueError) as wrong:
        raise NotSent(f"{endpoint} can't be asked: {wrong}") from None
    target = f"{request.path}?{request.query}" if request.query else request.path
    try:
        connection.request(request.method, target, request.body.read(), dict(request.headers))
        with connection.getresponse() as answer:
            data = answer.read(LONGEST + 1)
    except (OSError, http.client.HTTPException) as failed:
        why = " ".join(str(failed).split()) or type(failed).__name__
        raise NotSent(f"{endpoint} can't be reached: {why}") from None
    finally:
        connection.close()
    if len(data) > LONGEST:
        raise NotSent(f"{endpoint} answers more than {LONGEST} bytes")
    return Reply(answer.status, data, answer.headers.get("x-amzn-errortype", ""))


def _connection(endpoint: str, ca_bundle: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not the URL of a server")
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    context = ssl.create_default_context(cafile=ca_bundle or None)
    return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=context)
