"""One HTTP GET from a token issuer, who is not trusted: it may be slow, lie, or lead elsewhere (SSRF).

1. The URL is `https://` with the default port, and all addresses of its host are public. A private URL, whose
   origin the operator has named in a setting, needs none of that.
2. The connection goes to an address that was checked, so the name can't change in between (DNS rebinding).
3. TLS is verified with the system's trusted authorities, or, where that fails, with the provider's
   thumbprints (`tls`).
4. All of it takes at most SECONDS, however slowly it comes, and the body has a largest size.
5. Only status 200 is an answer. No redirect is followed.

It blocks: only threads call it. Source: OpenID Connect Discovery 1.0, section 4; IAM User Guide, "Obtain the
thumbprint for an OpenID Connect identity provider".
"""

import io
import re
import socket
import time
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from watchword.issuer_keys import tls

SECONDS = 5
PORTS = {"https": 443, "http": 80}
_VISIBLE = re.compile(r"[!-~]{1,2048}")
_TRANSLATED = (ip_network("2002::/16"), ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""IPv6 networks whose addresses contain an IPv4 address, which could be a private one (6to4, NAT64)."""


class FetchError(Exception):
    """Nothing usable came; the text says why, for the operator."""


def fetch(url: str, most: int, *, private: bool, thumbprints: tuple[str, ...]) -> bytes:
    """The body, of at most `most` bytes. Raises FetchError."""
    parts = _checked(url, private=private)
    deadline = time.monotonic() + SECONDS
    try:
        with _connect(parts, deadline, private=private, thumbprints=thumbprints) as connection:
            return _get(connection, parts, most, deadline)
    except FetchError as wrong:
        raise FetchError(f"{url}: {wrong}") from None
    except (OSError, HTTPException, ValueError) as broken:
        raise FetchError(f"{url}: {broken or type(broken).__name__}") from None


def is_public(text: str) -> bool:
    """Whether it is an address on the internet."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if any(address in each for each in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


def _checked(url: str, *, private: bool) -> SplitResult:
    """Rule 1, but for the addresses."""
    try:
        parts = urlsplit(url if _VISIBLE.fullmatch(url) else "")
        usable = parts.scheme in PORTS and parts.hostname and "@" not in parts.netloc and not parts.fragment
        port = parts.port
    except ValueError:
        usable, port = False, None
    if not usable:
        raise FetchError(f"{url[:200]!r} isn't a usable URL")
    if not private and (parts.scheme != "https" or port not in {None, PORTS["https"]}):
        raise FetchError(f"{url}: it must be https:// without a port, unless a setting names it")
    return parts


def _connect(
    parts: SplitResult, deadline: float, *, private: bool, thumbprints: tuple[str, ...]
) -> socket.socket:
    host = parts.hostname or ""
    place = host, parts.port or PORTS[parts.scheme]
    found = [each[4] for each in socket.getaddrinfo(*place, type=socket.SOCK_STREAM)]
    if not private and (refused := [each[0] for each in found if not is_public(str(each[0]))]):
        raise FetchError(f"its address {refused[0]} isn't public, and no setting names it")

    def connected() -> socket.socket:
        last: OSError = TimeoutError()
        for address in found:  # 2.
            try:
                return socket.create_connection((str(address[0]), place[1]), _left(deadline))
            except OSError as error:
                last = error
        raise last

    return tls.over(connected, host, thumbprints) if parts.scheme == "https" else connected()


def _get(connection: socket.socket, parts: SplitResult, most: int, deadline: float) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", "Accept: application/json", "Connection: close"
    connection.settimeout(_left(deadline))
    connection.sendall("\r\n".join((*lines, "User-Agent: watchword", "", "")).encode("ascii"))
    response = HTTPResponse(_InTime(connection, deadline), method="GET")  # type: ignore[arg-type]
    response.begin()
    if response.status != 200:  # noqa: PLR2004 5.
        raise FetchError(f"it answers {response.status}")
    body = response.read(most + 1)
    if response.length and len(body) <= most:
        raise FetchError("its answer ends too early")
    if len(body) > most:
        raise FetchError(f"its answer has more than {most} bytes")
    return body


class _InTime(io.RawIOBase):
    """A connection as a file, which is read until a deadline: what HTTPResponse takes for a socket."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connection, self._deadline = connection, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError(f"it took longer than {SECONDS} seconds")
    return left
