"""One HTTP request and one answer, as values.

Path and query stay exactly as they came (still percent-encoded): the signature covers those bytes, and
every floor above reads this one object, so the verifier and the operation can't see different requests.
Header names are lower case, values as sent without surrounding white space, order kept, repeats kept.
No parsing of any protocol belongs here.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from msgspec import Struct

_PIECE = 1 << 20


@dataclass(frozen=True)
class Body:
    """The bytes of a request: in memory when small, in a file of the receiver's when large."""

    data: bytes = b""
    file: Path | None = None

    @property
    def size(self) -> int:
        return len(self.data) if self.file is None else self.file.stat().st_size

    @cached_property
    def sha256(self) -> str:
        """Lower-case hex SHA-256 of the whole body."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """The body in order, in pieces of at most 1 MiB (a body in memory is one piece)."""
        if self.file is None:
            yield self.data
            return
        with self.file.open("rb") as source:
            while piece := source.read(_PIECE):
                yield piece

    def read(self) -> bytes:
        """All of it; only for bodies whose operation has a small limit."""
        return self.data if self.file is None else self.file.read_bytes()


@dataclass(frozen=True)
class HttpRequest:
    """A request as it stood on the wire."""

    method: str
    path: str = "/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = field(default_factory=Body)
    peer: str = ""
    """The IP address of the other end of the connection."""
    secure: bool = False
    """Whether the connection was TLS."""
    tls: str = ""
    """The version of TLS, such as 1.3; empty where it isn't known."""

    def with_body(self, body: Body) -> Self:
        """The same request, received whole."""
        head = (self.method, self.path, self.query, self.headers)
        return type(self)(*head, body, self.peer, self.secure, self.tls)

    def header(self, name: str) -> str | None:
        """The first value of a header by its lower-case name."""
        return self._first.get(name)

    @property
    def repeats(self) -> bool:
        """Whether some header is given more than once."""
        return len(self._first) != len(self.headers)

    @cached_property
    def _first(self) -> dict[str, str]:
        return dict(reversed(self.headers))


class HttpResponse(Struct, frozen=True):
    """An answer; `body` is bytes, or pieces of bytes when a `content-length` header states their sum."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterable[bytes] = b""
