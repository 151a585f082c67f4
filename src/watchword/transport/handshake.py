"""A connection until TLS is agreed on. It counts as one from its first byte, and can be evicted.

By itself, the event loop tells of a connection over TLS only once its handshake is complete: strangers who
never complete one would hold files and memory beyond all limits.
"""

import asyncio
import ssl
from contextlib import suppress
from functools import partial
from typing import Any

from watchword.transport.connection import Connection
from watchword.transport.service import Service


class Handshake(asyncio.Protocol):
    """Becomes a `Connection` over TLS."""

    held = 0
    _socket: Any

    def __init__(self, service: Service, tls: ssl.SSLContext) -> None:
        self._loop = asyncio.get_running_loop()
        self.began = self._loop.time()
        self._service, self._tls = service, tls

    def evictable(self) -> bool:
        return True

    waits = evictable

    def pace(self) -> float:
        return 0.0

    def evict(self) -> None:
        self._service.limits.leave(self)
        self._agreeing.cancel()
        self._socket.close()

    shutdown = evict

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes the socket out of its transport, which would read the first bytes before TLS can."""
        self._socket = transport.get_extra_info("socket").dup()
        transport.abort()
        self._agreeing = self._loop.create_task(self._agree())
        if not self._service.limits.admit(self):
            self.evict()

    async def _agree(self) -> None:
        limits = self._service.limits
        begin = partial(Connection, self._service, instead_of=self)
        with suppress(OSError):  # SSLError and TimeoutError are among them
            await self._loop.connect_accepted_socket(
                begin, self._socket, ssl=self._tls, ssl_handshake_timeout=limits.seconds
            )
        limits.leave(self)
