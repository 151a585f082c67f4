"""A client library's request, signed: what both adapters do.

1. Signed are the host, the headers in SIGNED and x-amz-*. The others may be changed on the way, or by the
   library after us, and say nothing that a server decides on.
2. A body in memory is hashed. One that streams is not read here: S3 takes it as UNSIGNED-PAYLOAD; for any
   other service, and to have S3 check it as well, the caller gives its SHA-256 as x-amz-content-sha256.
3. A space in a query goes out as %20, never as a plus: a plus is signed, and read, as a plus.
4. A redirect is another request, which the signature of the first doesn't fit. Refused by the same origin it
   is signed and sent once more; for another origin nothing is signed.

Source: IAM User Guide, "Create a signed AWS API request".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.sigv4.payload import UNSIGNED_PAYLOAD
from watchword.sigv4.scope import AS_SENT

SIGNED = frozenset({"host", "content-md5", "content-type", "range"})
OURS = frozenset({"authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"})
"""What signing adds, in lower case."""
REFUSED = frozenset({400, 401, 403})
"""How a server answers a request whose signature is of another."""

_HASH = "x-amz-content-sha256"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Signing:
    """Who signs, and for which service and region."""

    credentials: Credentials | Callable[[], Credentials]
    service: str
    region: str
    clock: Callable[[], datetime] = _now

    def sign(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes | None
    ) -> HttpRequest:
        """A request with what authenticates it; `target` is its path and query, None a body that streams.

        Raises ValueError for a body that streams without its hash, where the service needs one.
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
        if self.service in AS_SENT:
            return UNSIGNED_PAYLOAD
        raise ValueError(
            f"a body that streams can't be hashed before it is sent, and {self.service} needs its hash: "
            f"give the body as bytes, or its SHA-256 in hex as the header {_HASH}"
        )


def target_of(request: HttpRequest) -> str:
    """The path and query that were signed."""
    return f"{request.path}?{request.query}" if request.query else request.path


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Rule 4: what two URLs of one server have in common."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
