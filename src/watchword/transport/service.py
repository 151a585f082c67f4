"""What the connections of a process have in common, and what they ask for answers."""

import socket
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Protocol, Self

from watchword.names import HttpRequest, HttpResponse
from watchword.transport.connection_limits import ConnectionLimits
from watchword.transport.windows import Windows

Deliver = Callable[[HttpResponse], None]


class By(Enum):
    """What answers a request."""

    EVENT_LOOP = "event loop"
    THREAD = "thread"
    MOVER = "thread for work as long as an object's bytes"
    WAITER = "thread for calls that wait for a function"


class Application(Protocol):
    """What answers requests. Only `at_once` is called on the event loop."""

    def at_once(self, request: HttpRequest, deliver: Deliver, error: Exception | None = None) -> By:
        """By the event loop: then `deliver` gets the answer at the end of this turn.

        Otherwise nothing was done. An `error` is why the request can't be received: then the answer is a
        refusal, and never takes a thread.
        """

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer."""

    def admit(self, request: HttpRequest) -> None:
        """Raises unless the request was signed. Its body may have only begun, or be missing."""


Meet = Callable[[socket.socket], Application]
"""What answers the requests of one connection, by its socket: who is at its other end, for example."""


@dataclass(frozen=True)
class Service:
    """One for all connections of a process."""

    application: Application
    limits: ConnectionLimits
    threads: Executor
    movers: Executor
    """Threads of their own for what moves bytes: nobody can make all others wait by a few copies."""
    waiters: Executor
    """Threads of their own for calls that wait for functions: these call the server themselves."""
    spool: Path
    """The folder that large bodies are received in."""
    meet: Meet | None = None
    windows: Windows = field(default_factory=Windows)

    def for_connection(self, connection: socket.socket) -> Self:
        """The same, with what answers this connection."""
        return replace(self, application=self.meet(connection)) if self.meet else self

    def threads_for(self, by: By) -> Executor:
        return {By.MOVER: self.movers, By.WAITER: self.waiters}.get(by, self.threads)
