"""An HTTP request and an HTTP response, as values.

Path and query are exactly as they were sent, still percent-encoded, because the signature covers them. Every
floor above reads this one object, so the verifier and the operation can't see different requests.
Header names are in lower case, values as sent without surrounding white space, in their order, with repeats.
Parsing of protocols doesn't belong here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Self

from msgspec import Struct
from msgspec.structs import force_setattr

_PIECE = 1 << 20


class Body(Struct, frozen=True, dict=True):
    """The body of a request: in memory when it is small, in a private file when it is large."""

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
        """The whole body. Only for operations with a small limit of size."""
        return self.data if self.file is None else self.file.read_bytes()


NO_BODY = Body()


class HttpRequest(Struct, frozen=True):
    """A request as it was sent."""

    method: str
    path: str = "/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = NO_BODY
    peer: str = ""
    """The IP address of the other end of the connection."""
    secure: bool = False
    """Whether the connection was TLS."""
    tls: str = ""
    """The version of TLS, such as 1.3; empty when it isn't known."""
    by_name: Mapping[str, str] = MappingProxyType({})
    """Worked out: the first value of each header, by its lower-case name."""
    repeats: bool = False
    """Worked out: whether a header occurs more than once."""

    def __post_init__(self) -> None:
        by_name = dict(reversed(self.headers))
        force_setattr(self, "by_name", by_name)
        force_setattr(self, "repeats", len(by_name) != len(self.headers))

    def with_body(self, body: Body) -> Self:
        """The same request with its body."""
        whole: Self = self.__copy__()  # type: ignore[attr-defined]  # it works nothing out again
        force_setattr(whole, "body", body)
        return whole

    def header(self, name: str) -> str | None:
        """The first value of a header by its lower-case name."""
        return self.by_name.get(name)

    def joined(self, name: str) -> str:
        """All values of a header as one (RFC 9110, section 5.3); empty where it isn't given."""
        if not self.repeats:
            return self.by_name.get(name, "")
        return ", ".join([value for given, value in self.headers if given == name])


class HttpResponse(Struct, frozen=True):
    """A response. `body` is bytes, or pieces of bytes if a `content-length` header has their total size."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterable[bytes] = b""
