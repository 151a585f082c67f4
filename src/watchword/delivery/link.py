"""One connection, as far as it tells whether its other end may have credentials.

1. The Host header must name our own end of the connection, or an address that SDKs know without being told.
   A web page that made its own name point here (DNS rebinding) sends that name.
2. A peer is near when it has our own address, or both are loopback: then it is in this host and in our
   network namespace. The kernel drops packets that come from elsewhere with such an address.
"""

import ipaddress
import socket
from collections.abc import Collection
from functools import cached_property

from watchword.names import HttpRequest
from watchword.transport.local_peer import Owner, owner_of

_PORT = 80
_LIFE = {
    socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}


class Link:
    """Our end of a connection, and what is known of the other."""

    def __init__(self, connection: socket.socket, well_known: Collection[str] = ()) -> None:
        """`well_known`: addresses that SDKs know, as a Host header has them."""
        self._connection = connection
        ours, port = connection.getsockname()[:2]
        self.peer: str = connection.getpeername()[0]
        loopback = ipaddress.ip_address(ours).is_loopback
        self.near = ours == self.peer or (loopback and ipaddress.ip_address(self.peer).is_loopback)
        names = [f"[{ours}]" if ":" in ours else ours, *(["localhost"] if loopback else [])]
        bare = [*well_known, *(names if port == _PORT else [])]
        self._hosts = frozenset(
            [*bare, *(f"{name}:{_PORT}" for name in bare), *(f"{name}:{port}" for name in names)]
        )

    @cached_property
    def owner(self) -> Owner | None:
        """Who is at the other end, if that is in our network namespace."""
        return owner_of(self._connection)

    def is_direct(self, request: HttpRequest) -> bool:
        """Whether a request on it was sent to us by one of our names, and through no proxy."""
        return request.joined("host").lower() in self._hosts and request.header("x-forwarded-for") is None

    def limit_hops(self, hops: int) -> None:
        """No router after so many hops takes our packets further.

        It stays so: a packet that is sent again because it got lost is no better than the first.
        """
        self._connection.setsockopt(*_LIFE[self._connection.family], hops)
