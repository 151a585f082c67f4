"""From an ASGI scope to one `HttpRequest`, within limits.

1. The head: at most MAX_HEAD bytes of target and headers, of which there are at most MAX_HEADERS.
2. A small body is held in memory. A large one is spooled to a private file, and only for S3 (by the scope
   that its Authorization header claims, or as a form), for no other service takes one; and only once its
   sender is admitted, so that nobody fills the disk without credentials. A client that waits for a 100 (RFC
   9110, section 10.1.1) is admitted before it gets one; a form can't be, for its signature is in its body.
3. A client that goes away before its last byte leaves nothing behind; what a killed server left behind,
   the next one removes.
Nothing is decoded here but header bytes (latin-1, as HTTP/1.1 has them: RFC 9110, section 5.5).
"""

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import unquote

from watchword.names import Body, HttpRequest, fault
from watchword.sigv4.sigv2 import PARAMETER as VERSION_2
from watchword.wire.multipart import boundary_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Admit = Callable[[Body], Awaitable[None]]
"""Given how the body begins: raises a fault unless the request's head, or its form, was signed."""

MAX_HEAD = 64 * 1024
MAX_HEADERS = 500
MAX_IN_MEMORY = 1 << 20
MAX_OBJECT = 5 << 30
"""Largest object of one PutObject: Amazon S3 User Guide, "Uploading objects"."""


ABANDONED = timedelta(hours=1)
"""Age at which nobody works on a spooled body any more: `connection` ends connections that fall silent."""
_SPOOLED = "incoming-"


class Gone(Exception):  # noqa: N818 the client left; nobody is told
    """The client closed the connection before its request was whole."""


class Peer(NamedTuple):
    """The other end of a connection, as `HttpRequest` has it."""

    address: str
    secure: bool
    tls: str


def head(
    method: str,
    path: bytes,
    query: bytes,
    fields: Iterable[tuple[bytes, bytes]],
    peer: Peer,
    body: bytes = b"",
) -> HttpRequest:
    """The request, with its body where that is small and came with it. Raises the fault RequestTooLarge."""
    headers = [(name.decode("latin-1"), value.decode("latin-1").strip(" \t")) for name, value in fields]
    if len(headers) > MAX_HEADERS:
        raise fault("RequestTooLarge", f"The request has more than {MAX_HEADERS} headers.")
    if len(path) + len(query) + sum([len(name) + len(value) for name, value in headers]) > MAX_HEAD:
        raise fault("RequestTooLarge", f"The request target and headers exceed {MAX_HEAD} bytes.")
    target = path.decode("latin-1"), query.decode("latin-1")
    return HttpRequest(method, *target, tuple(headers), Body(body), peer.address, peer.secure, peer.tls)


async def body(request: HttpRequest, receive: Receive, spool: Path, admit: Admit) -> Body:
    """The whole body. A body with a `file` belongs to the caller, who removes the file."""
    limit = MAX_OBJECT if may_be_large(request) else MAX_IN_MEMORY
    _check_announced(request, limit)
    if limit == MAX_OBJECT and _waits(request):
        await admit(Body())
    held = bytearray()
    pieces = _pieces(receive)
    async for piece in pieces:
        held += piece
        if len(held) > limit:
            raise _too_large(limit)
        if len(held) > MAX_IN_MEMORY:
            await admit(Body(bytes(held)))
            return await _spooled(held, pieces, spool, limit)
    return Body(bytes(held))


def sweep_spool(spool: Path, now: datetime) -> None:
    """Removes bodies whose server was killed while it received or read them."""
    for file in spool.glob(f"{_SPOOLED}*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (now - ABANDONED).timestamp():
                file.unlink()


def may_be_large(request: HttpRequest) -> bool:
    """Whether the request claims to be one to S3, in whatever form; the signature will tell."""
    claimed = request.header("authorization") or unquote(request.query)
    return "/s3/aws4_request" in claimed or VERSION_2 in claimed or _is_upload(request)


def _waits(request: HttpRequest) -> bool:
    return request.header("expect") is not None and not _is_upload(request)


def _is_upload(request: HttpRequest) -> bool:
    return request.method == "POST" and boundary_of(request.header("content-type")) is not None


async def _spooled(start: bytearray, pieces: AsyncIterator[bytes], spool: Path, limit: int) -> Body:
    descriptor, name = tempfile.mkstemp(dir=spool, prefix=_SPOOLED)
    with os.fdopen(descriptor, "wb") as target:
        try:
            await _fill(target, start, pieces, limit)
        except BaseException:
            os.unlink(name)  # noqa: PTH108 one call, no path to build
            raise
    return Body(file=Path(name))


async def _fill(target: IO[bytes], start: bytearray, pieces: AsyncIterator[bytes], limit: int) -> None:
    size = target.write(start)
    start.clear()  # or every upload under way would keep it
    async for piece in pieces:
        size += target.write(piece)
        if size > limit:
            raise _too_large(limit)


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _check_announced(request: HttpRequest, limit: int) -> None:
    length = request.header("content-length")
    if length and length.isdecimal() and int(length) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Exception:
    return fault("RequestTooLarge", f"The request body exceeds {limit} bytes.")
