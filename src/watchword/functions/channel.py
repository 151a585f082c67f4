"""The sockets of one instance: its runtime API, its output, its end. Nothing in here waits without a limit.

Without namespaces, others of the host can connect too: who isn't the instance's user is hung up on.
The instance may be hostile: it has at most MOST_CONNECTIONS, each may have us hold one request and one
answer, and of its output only the end is kept.
"""

import os
import selectors
import socket
from contextlib import suppress
from functools import partial

from watchword.functions.http import BadRequestError, RequestReader
from watchword.functions.runtime_api import MOST_RESPONSE, Invocation, RuntimeApi
from watchword.functions.sandbox.launch import Launched
from watchword.transport.local_peer import is_of_user

MOST_CONNECTIONS = 8
TAIL = 4096
"""Bytes of output that are kept. Source: AWS Lambda API Reference, Invoke, LogType."""
_PIECE = 1 << 16


class Connection:
    """One connection of the instance."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self.reader = RequestReader(MOST_RESPONSE)
        self.unsent = b""


class Channel:
    """What is heard of an instance, and said to it."""

    def __init__(self, launched: Launched) -> None:
        self.api = RuntimeApi()
        self.tail = b""
        """The end of what it wrote since this was last emptied."""
        self.ended = False
        self._launched = launched
        self._connections: set[Connection] = set()
        self._waiting: Connection | None = None
        """Whose `next` waits."""
        self._process = os.pidfd_open(launched.process.pid)
        self._selector = selectors.DefaultSelector()
        launched.runtime.settimeout(0)
        self._selector.register(launched.runtime, selectors.EVENT_READ, self._accept)
        self._selector.register(launched.output, selectors.EVENT_READ, self._hear)
        self._selector.register(self._process, selectors.EVENT_READ, self._end)

    def say(self, invocation: Invocation, deadline: int) -> None:
        """Gives it an invocation, for which it waits. deadline: milliseconds since 1970."""
        waiting, self._waiting = self._waiting, None
        answer = self.api.begin(invocation, deadline)
        if waiting:
            self._send(waiting, answer)

    def listen(self, seconds: float) -> None:
        """Deals with what comes, and waits for so long until something does."""
        for key, _ in self._selector.select(seconds):
            key.data()

    def close(self) -> None:
        """The process must be ended beforehand, or is at once."""
        self._selector.close()
        os.close(self._process)
        for connection in self._connections:
            connection.peer.close()

    def drain(self) -> None:
        """Hears what it wrote before it ended."""
        self._hear()

    def _end(self) -> None:
        self.ended = True

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            piece = os.read(self._launched.output, _PIECE)
            if not piece:  # nobody can write any more
                self._forget(self._launched.output)
            self.tail = (self.tail + piece)[-TAIL:]

    def _accept(self) -> None:
        with suppress(OSError):
            peer, _ = self._launched.runtime.accept()
            if len(self._connections) >= MOST_CONNECTIONS or not self._is_own(peer):
                peer.close()
                return
            peer.settimeout(0)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(peer)
            self._connections.add(connection)
            self._selector.register(peer, selectors.EVENT_READ, partial(self._serve, connection))

    def _is_own(self, peer: socket.socket) -> bool:
        return self._launched.user is None or is_of_user(peer, self._launched.user)

    def _serve(self, connection: Connection) -> None:
        try:
            if connection.unsent:
                self._flush(connection)
                return
            data = connection.peer.recv(_PIECE)
            requests = connection.reader.feed(data) if data else []
        except BlockingIOError:
            return
        except (OSError, BadRequestError):
            data, requests = b"", []
        if not data:
            self._drop(connection)
        for request in requests:
            answer = self.api.take(request)
            if answer is None:
                self._waiting = connection
            else:
                self._send(connection, answer)

    def _send(self, connection: Connection, answer: bytes) -> None:
        connection.unsent += answer
        self._flush(connection)

    def _flush(self, connection: Connection) -> None:
        try:
            sent = connection.peer.send(connection.unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        connection.unsent = connection.unsent[sent:]
        wanted = selectors.EVENT_WRITE if connection.unsent else selectors.EVENT_READ
        self._selector.modify(connection.peer, wanted, partial(self._serve, connection))

    def _drop(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.discard(connection)
            self._forget(connection.peer)
            connection.peer.close()
        if self._waiting is connection:
            self._waiting = None

    def _forget(self, file: int | socket.socket) -> None:
        with suppress(KeyError):
            self._selector.unregister(file)
