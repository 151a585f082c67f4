"""One process's end of the socket: it takes connections, until it is told to stop.

Stopping lets the answers that are under way leave, for at most GRACE_SECONDS.
"""

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import uvloop

from watchword.transport.connection import Connection
from watchword.transport.connection_limits import ConnectionLimits
from watchword.transport.handshake import Handshake
from watchword.transport.service import Application, Service

THREADS = 8
MOVERS = 4
BACKLOG = 2048
GRACE_SECONDS = 10.0
_LOOK_SECONDS = 0.05


class Server:
    """Serves an application on a listening socket, which it closes at the end."""

    def __init__(
        self,
        application: Application,
        listener: socket.socket,
        spool: Path,
        *,
        tls: ssl.SSLContext | None = None,
        limits: ConnectionLimits | None = None,
    ) -> None:
        self.limits = limits or ConnectionLimits()
        self._application = application
        self._listener, self._spool, self._tls = listener, spool, tls
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._stopped = False

    def run(self) -> None:
        """Serves in this thread, until `stop`."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    def stop(self) -> None:
        """Ends `run`, or the next one. For any thread and any signal handler."""
        self._stopped = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        loop = self._loop = asyncio.get_running_loop()
        with (
            ThreadPoolExecutor(THREADS, thread_name_prefix="journey") as threads,
            ThreadPoolExecutor(MOVERS, thread_name_prefix="mover") as movers,
        ):
            service = Service(self._application, self.limits, threads, movers, self._spool)
            connect = partial(Handshake, service, self._tls) if self._tls else partial(Connection, service)
            accepting = await loop.create_server(connect, sock=self._listener, backlog=BACKLOG)
            if not self._stopped:
                await self._stop.wait()
            self._loop = None  # from now on there is nothing to stop
            accepting.close()
            await self._end_connections()

    async def _end_connections(self) -> None:
        for connection in tuple(self.limits.open):
            connection.shutdown()
        patience = int(GRACE_SECONDS / _LOOK_SECONDS)
        while self.limits.open and patience:
            patience -= 1
            await asyncio.sleep(_LOOK_SECONDS)
        for connection in tuple(self.limits.open):
            connection.evict()
