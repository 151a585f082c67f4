"""One process's end of the socket: it takes connections, until it is told to stop.

Stopping lets the answers that are under way leave, for at most GRACE_SECONDS.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvloop

from watchword.transport.connection import Connection
from watchword.transport.connection_limits import ConnectionLimits
from watchword.transport.handshake import Handshake
from watchword.transport.service import Application, Meet, Service

THREADS = 16
"""Also how many changes can share a commit: while they wait for the disk, their threads do."""
MOVERS = 4
WAITERS = 72
"""More than functions can run at once (`functions.pool`), so that there is one to refuse another call."""
BACKLOG = 2048
GRACE_SECONDS = 10.0
_LOOK_SECONDS = 0.05


class Hooks(NamedTuple):
    """What is called when a server stops."""

    stopping: Callable[[], None]
    """First of all: what fails from then on may fail because of that."""
    ending: Callable[[], None]
    """When no answer is waited for any more: it has threads end that still work."""


NO_HOOKS = Hooks(lambda: None, lambda: None)


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
        hooks: Hooks = NO_HOOKS,
        meet: Meet | None = None,
    ) -> None:
        """`meet` gives each connection without TLS an application of its own, in place of the one for all."""
        self.limits = limits or ConnectionLimits()
        self._application = application
        self._listener, self._spool, self._tls = listener, spool, tls
        self._hooks, self._meet = hooks, meet
        self._service: Service | None = None
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

    def adopt(self, listener: socket.socket) -> Callable[[], None]:
        """Serves on another listening socket too, without TLS. Returns what ends that. For any thread."""
        loop, service = self._loop, self._service
        if loop is None or service is None:
            raise ConnectionAbortedError("the server doesn't run")
        connect = partial(Connection, service, secure=self._tls is not None)
        listening = asyncio.run_coroutine_threadsafe(loop.create_server(connect, sock=listener), loop)
        accepting = listening.result(GRACE_SECONDS)

        def leave() -> None:
            with suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(accepting.close)

        return leave

    async def _serve(self) -> None:
        loop = self._loop = asyncio.get_running_loop()
        with (
            ThreadPoolExecutor(THREADS, thread_name_prefix="journey") as threads,
            ThreadPoolExecutor(MOVERS, thread_name_prefix="mover") as movers,
            ThreadPoolExecutor(WAITERS, thread_name_prefix="waiter") as waiters,
        ):
            service = Service(
                self._application, self.limits, threads, movers, waiters, self._spool, self._meet
            )
            self._service = service
            connect = partial(Handshake, service, self._tls) if self._tls else partial(Connection, service)
            accepting = await loop.create_server(connect, sock=self._listener, backlog=BACKLOG)
            if not self._stopped:
                await self._stop.wait()
            self._hooks.stopping()
            self._loop = None  # from now on there is nothing to stop
            accepting.close()
            await self._end_connections()
            self._hooks.ending()

    async def _end_connections(self) -> None:
        for connection in tuple(self.limits.open):
            connection.shutdown()
        patience = int(GRACE_SECONDS / _LOOK_SECONDS)
        while self.limits.open and patience:
            patience -= 1
            await asyncio.sleep(_LOOK_SECONDS)
        for connection in tuple(self.limits.open):
            connection.evict()
