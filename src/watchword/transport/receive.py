"""One request while it is received, within limits.

1. The head: at most MAX_HEAD bytes of target and headers, of which there are at most MAX_HEADERS, and at most
   MAX_PARAMETERS in the query. What is proved by a signature must first be read, on the event loop.
2. A body of up to MAX_IN_MEMORY bytes is held in memory. A larger one is spooled to a private file, and only
   for S3 (by the scope that its Authorization header claims, or as a form). Lambda takes up to MAX_PACKAGE
   bytes, which are held in memory: its clients sign the body itself, so no head proves the sender.
3. Nothing is spooled before the request is admitted: the head proves the sender, and what can be decided by
   the head is allowed (`gateway.journey.admit`). So only those who may upload can fill the disk. A client
   that waits for `100 Continue` (RFC 9110, section 10.1.1) is admitted before it is told to go on. A form
   can't be, for its signature is in its body.
Nothing is decoded here but the target (latin-1, as RFC 9110, section 5.5, has header values).
"""

from pathlib import Path
from typing import NamedTuple

from httptools import parse_url

from watchword.names import Body, HttpRequest, fault, percent
from watchword.names.http import NO_BODY
from watchword.sigv4.sigv2 import PARAMETER as VERSION_2
from watchword.transport.spool import Spool
from watchword.wire.multipart import boundary_of

MAX_HEAD = 64 * 1024
MAX_HEADERS = 500
MAX_PARAMETERS = 1000
MAX_IN_MEMORY = 1 << 20
MAX_PACKAGE = 24 << 20
MAX_OBJECT = 5 << 30
"""Largest object of one PutObject: Amazon S3 User Guide, "Uploading objects"."""

Headers = list[tuple[str, str]]
"""As `HttpRequest` has them."""
_OF_S3 = (b"/s3/aws4_request", VERSION_2.encode())
_OF_LAMBDA = "/lambda/aws4_request"


class Peer(NamedTuple):
    """The other end of a connection, as `HttpRequest` has it."""

    address: str
    secure: bool
    tls: str


def head(method: str, target: bytes, headers: Headers, peer: Peer) -> HttpRequest:
    """The request without its body. Raises HttpParserError for a target that is none."""
    if target.startswith(b"/") and b"#" not in target:  # what all clients send; llhttp knows its characters
        path, _, query = target.partition(b"?")
    else:
        url = parse_url(target)
        path, query = url.path or b"/", url.query or b""  # RFC 9110, section 4.2.3: an empty path means "/"
    path_, query_ = path.decode("latin-1"), query.decode("latin-1")
    return HttpRequest(method, path_, query_, tuple(headers), NO_BODY, peer.address, peer.secure, peer.tls)


class Incoming:
    """A request, from the end of its head on. Its client may keep the connection, unless told otherwise."""

    whole = False
    error: Exception | None = None
    """Why it is refused, whatever else comes of it."""
    admitted = False
    """Whether its sender is authenticated."""
    asks = False
    """Whether its sender has to be admitted before more of it is taken."""
    left = False
    """Whether its client is gone."""
    continues = False
    """Whether its client waits for `100 Continue`."""
    _spool: Spool | None = None
    _body: bytes | bytearray = b""
    """What has come and isn't in the spool. Not a list of pieces: a client may send them byte by byte."""
    _size = 0

    def __init__(
        self, request: HttpRequest, spool: Path, *, keep_alive: bool = True, size: int = MAX_HEAD + 1
    ) -> None:
        """The head's `size` is at most that."""
        self.request = request
        self.keep_alive = keep_alive
        self._folder = spool
        self._check_head(size)

    @property
    def ready(self) -> bool:
        """Whether it can be answered."""
        return self.error is not None or (self.whole and not self.asks)

    @property
    def unknown(self) -> bool:
        """Whether it is still coming, from a sender who isn't authenticated."""
        return not (self.whole or self.admitted or self.error)

    @property
    def held(self) -> int:
        """Bytes in memory for a sender who isn't authenticated."""
        return 0 if self.admitted or self.error else self._size

    def take(self, piece: bytes) -> None:
        """The next piece of the body. Of a request that is refused it is thrown away."""
        self._size += len(piece)
        if self.error is None:
            if self._body:
                self._body = self._body if isinstance(self._body, bytearray) else bytearray(self._body)
                self._body += piece
            else:
                self._body = piece
            if self._size > MAX_IN_MEMORY:
                self._take_large()

    def beginning(self) -> HttpRequest:
        """The request with what has come of its body, which its sender is admitted by."""
        return self.request.with_body(Body(bytes(self._body)))

    def admit(self) -> None:
        """Its sender is authenticated, and may send the rest."""
        self.admitted, self.asks = True, False
        if self._size > MAX_IN_MEMORY:
            self._take_large()

    def refuse(self, error: Exception) -> None:
        """It is answered by this error and never performed."""
        self.error = error
        if self.request.header("expect"):
            # Perhaps no body comes now, and what comes next would be taken for it.
            self.keep_alive = False
        self.drop()

    def finish(self) -> None:
        """Gives `request` the whole body. If that has a `file`, `close` removes it."""
        if self._spool:
            try:
                self.request = self.request.with_body(Body(file=self._spool.finish()))
            except OSError as full:
                self.refuse(full)
        elif self._body:
            self.request = self.request.with_body(Body(bytes(self._body)))
        self._spool, self._body = None, b""

    def drop(self) -> None:
        """Lets go of what has come of the body."""
        if self._spool:
            self._spool.drop()
        self._spool, self._body = None, b""

    def close(self) -> None:
        """It was answered, or never will be: removes the file of its body."""
        if self.request.body.file:
            self.request.body.file.unlink(missing_ok=True)

    def _check_head(self, size: int) -> None:
        if len(self.request.headers) > MAX_HEADERS:
            self._refuse_head(f"The request has more than {MAX_HEADERS} headers.")
        elif self.request.query.count("&") >= MAX_PARAMETERS:
            self._refuse_head(f"The query has more than {MAX_PARAMETERS} parameters.")
        elif size > MAX_HEAD and _size(self.request) > MAX_HEAD:
            self._refuse_head(f"The request target and headers exceed {MAX_HEAD} bytes.")
        else:
            self._check_announced()

    def _refuse_head(self, said: str) -> None:
        self.refuse(fault("RequestTooLarge", said))
        self.request = HttpRequest(self.request.method, peer=self.request.peer)  # no record holds the rest

    def _check_announced(self) -> None:
        length, expected = self.request.header("content-length"), self.request.header("expect")
        if length is not None and int(length) > MAX_IN_MEMORY:  # llhttp takes nothing but a number
            self._check_size(int(length))
        if expected is not None and self.error is None:
            self.continues = expected.lower() == "100-continue"
            self.asks = may_be_large(self.request) and not _is_form(self.request)

    def _check_size(self, size: int) -> None:
        limit = MAX_OBJECT if may_be_large(self.request) else _most_in_memory(self.request)
        if size > limit:
            self.refuse(fault("RequestTooLarge", f"The request body exceeds {limit} bytes."))

    def _take_large(self) -> None:
        """Rules 2 and 3."""
        self._check_size(self._size)
        if self._size <= _most_in_memory(self.request):
            return
        if self.error is None and not self.admitted:
            self.asks = True
        elif self.error is None:
            self._write()

    def _write(self) -> None:
        try:
            self._spool = self._spool or Spool(self._folder)
            self._spool.write(self._body)
            self._body = b""
        except OSError as full:
            self.refuse(full)


def _size(request: HttpRequest) -> int:
    headers = sum([len(name) + len(value) for name, value in request.headers])
    return len(request.path) + len(request.query) + headers


def may_be_large(request: HttpRequest) -> bool:
    """Whether the request claims to be one to S3, in whatever form; the signature will tell."""
    claimed = (request.header("authorization") or request.query).encode("latin-1")
    return any(each in percent.unescape(claimed) for each in _OF_S3) or _is_form(request)


def _most_in_memory(request: HttpRequest) -> int:
    return MAX_PACKAGE if _OF_LAMBDA in (request.header("authorization") or "") else MAX_IN_MEMORY


def _is_form(request: HttpRequest) -> bool:
    return request.method == "POST" and boundary_of(request.header("content-type")) is not None
