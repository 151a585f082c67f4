"""The limits of a process on its connections: load shedding, and which connections it evicts.

1. Files: there are at most `max_connections`, and no more than half as many as files may be open, for a
   connection may need a file of its own.
2. Memory: bytes of requests that aren't whole, or whose sender isn't authenticated yet, are charged to their
   connection. All connections together hold at most `max_held` of them.
3. Past either limit, connections that wait for their clients are evicted, the one whose request began first
   before the others. Several are evicted at once, so that a flood has us search all connections rarely.
4. If there is none, one is evicted for a new connection: of those that wait for authenticated clients, the
   one that moved the fewest bytes a second lately. Otherwise one client could keep all others out, by uploads
   and downloads that take for ever.
5. If all wait for us, nothing can be evicted, and what is new is refused.
6. Time: a client that is silent for `seconds` is disconnected (`connection` says when exactly).
"""

import logging
import resource
from heapq import nsmallest
from typing import Protocol

MAX_CONNECTIONS = 4096
MAX_HELD = 64 << 20
SECONDS = 30.0
_SHARE = 16
"""One in so many of what there may be is evicted at once."""

log = logging.getLogger(__name__)


class Connection(Protocol):
    """A connection, as the limits see it."""

    held: int
    """The bytes that are charged to it."""

    @property
    def began(self) -> float:
        """When its last request began; before the first one, when it was made."""

    def evictable(self) -> bool:
        """True when it waits for its client, and no sender of its requests is authenticated yet."""

    def waits(self) -> bool:
        """True when it waits for its client."""

    def pace(self) -> float:
        """Bytes a second that its client sent or took lately."""

    def evict(self) -> None:
        """End it now. It leaves the limits at once."""

    def shutdown(self) -> None:
        """End it, once the answers that are under way have left."""


class ConnectionLimits:
    """The open connections of a process, and the bytes that they hold together."""

    def __init__(
        self, max_connections: int = MAX_CONNECTIONS, max_held: int = MAX_HELD, seconds: float = SECONDS
    ) -> None:
        self.open: set[Connection] = set()
        self.seconds = seconds
        self._max_connections = max_connections
        self._max_held = max_held
        self._held = 0

    def admit(self, connection: Connection) -> bool:
        """Whether there is room for one more connection. It counts as open, until it leaves."""
        self.open.add(connection)
        most = min(self._max_connections, _files() // 2)
        if len(self.open) <= most:
            return True
        others = [other for other in self.open if other is not connection]
        strangers = (other for other in others if other.evictable())
        evicted = nsmallest(most // _SHARE + 1, strangers, key=_began)
        evicted = evicted or nsmallest(1, (other for other in others if other.waits()), key=_pace)
        self._evict(evicted)
        return bool(evicted)

    def leave(self, connection: Connection) -> None:
        """The connection is gone, and all that it held."""
        self.open.discard(connection)
        self.charge(connection, 0)

    def charge(self, connection: Connection, held: int) -> bool:
        """The connection holds so many bytes from now on; whether there is room for them."""
        self._held += held - connection.held
        connection.held = held
        if self._held > self._max_held:
            self._make_room()
        return self._held <= self._max_held

    def _make_room(self) -> None:
        enough = self._held - self._max_held + self._max_held // _SHARE
        evicted = []
        for connection in sorted((one for one in self.open if one.held and one.evictable()), key=_began):
            if enough <= 0:
                break
            evicted.append(connection)
            enough -= connection.held
        self._evict(evicted)

    def _evict(self, connections: list[Connection]) -> None:
        for connection in connections:
            connection.evict()
        found = {"connections": len(self.open), "held": self._held, "evicted": len(connections)}
        log.warning("crowded", extra=found)


def _began(connection: Connection) -> float:
    return connection.began


def _pace(connection: Connection) -> float:
    return connection.pace()


def _files() -> int:
    """How many files this process may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2 * MAX_CONNECTIONS if files == resource.RLIM_INFINITY else files
