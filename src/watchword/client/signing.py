"""Signs a request of a client library: what both adapters do.

1. The signature covers the host, the headers in SIGNED, and x-amz-*. Proxies, or the library after us, may
   change the other headers, and no server decides on them.
2. A body in memory is hashed. A streamed body isn't read here: S3 accepts it as UNSIGNED-PAYLOAD. For all
   other services, and to have S3 check it too, the caller gives its SHA-256 as x-amz-content-sha256.
3. A space in a query is sent as %20, never as a plus: a plus is signed, and read, as a plus.
4. A redirect is another request, which the first signature doesn't cover. If the same origin refuses it, it
   is signed and sent again. For another origin nothing is signed.

Source: IAM User Guide, "Create a signed AWS API request".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.sigv4.payload import UNSIGNED_PAYLOAD
from watchword.sigv4.scope import LIKE_S3

SIGNED = frozenset({"host", "content-md5", "content-type", "range"})
OURS = frozenset({"authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"})
"""The headers that signing adds, in lower case."""
REFUSED = frozenset({400, 401, 403})
"""How a server answers a request with the signature of another request."""

_HASH = "x-amz-content-sha256"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Signing:
    """The credentials that sign, and for which service and region."""

    credentials: Credentials | Callable[[], Credentials]
    service: str
    region: str
    clock: Callable[[], datetime] = _now

    def sign(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes | None
    ) -> HttpRequest:
        """The signed request. `target` is its path and query; None as body means a streamed body.

        Raises ValueError for a streamed body without its hash, if the service needs one.
        """
        path, _, query = target.partition("?")
        kept = [(name.lower(), value.strip(" \t")) for name, value in headers]
        kept = [header for header in kept if header[0] in SIGNED or header[0].startswith("x-amz-")]  # 1
        if body is None and _HASH not in dict(kept):  # 2
            kept.append((_HASH, self._hash_of_stream()))
        request = HttpRequest(method, path, query.replace("+", "%20"), tuple(kept), Body(body or b""))  # 3
        given = self.credentials if isinstance(self.credentials, Credentials) else self.credentials()
        return sign(request, given, service=self.service, region=self.region, now=self.clock())

    def _hash_of_stream(self) -> str:
        if self.service in LIKE_S3:
            return UNSIGNED_PAYLOAD
        raise ValueError(
            f"a streamed body can't be hashed before it is sent, and {self.service} needs its hash: "
            f"give the body as bytes, or its SHA-256 in hex in the header {_HASH}"
        )


def target_of(request: HttpRequest) -> str:
    """The path and query that were signed."""
    return f"{request.path}?{request.query}" if request.query else request.path


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port (rule 4)."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
