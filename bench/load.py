"""A load generator: keep-alive connections, one request under way on each, answers counted when whole.

Requests are bytes that were signed before the clock starts, so that only the server is measured. What the
generator itself does for an answer is little (one poll for all that have come, one receive, one send), the
same for every server, and happens on a processor that the server doesn't use.
"""

import re
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

PIECE = 65536
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(slots=True)
class Connection:
    """One connection, and what has come of the answer that is under way."""

    socket: socket.socket
    turn: int
    received: bytes = b""


def requests_per_second(
    port: int, requests: Sequence[bytes], *, seconds: float, connections: int = 8
) -> float:
    """Whole answers per second. Raises RuntimeError for any answer but a 2xx."""
    poll = select.epoll()
    opened: dict[int, Connection] = {}
    for turn in range(connections):
        _connect(poll, opened, Connection(_peer(port), turn), requests)
    answered, began = 0, time.perf_counter()
    end = began + seconds
    while time.perf_counter() < end:
        for number, _ in poll.poll(1):
            connection = opened[number]
            piece = connection.socket.recv(PIECE)
            received = connection.received + piece if connection.received else piece
            if not piece:  # closes after each answer
                answered += _whole(received)
                connection.socket.close()
                _connect(poll, opened, Connection(_peer(port), connection.turn + connections), requests)
            elif _whole(received) and not _CLOSE.search(received, 0, _head(received)):
                answered += 1
                connection.received = b""
                connection.turn += connections
                connection.socket.sendall(requests[connection.turn % len(requests)])
            else:
                connection.received = received
                # A server that sends head and body apart must not wait for our delayed acknowledgement.
                connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    elapsed = time.perf_counter() - began
    for connection in opened.values():
        connection.socket.close()
    poll.close()
    return answered / elapsed


def answered_once(port: int, requests: Sequence[bytes], *, connections: int) -> float:
    """Whole answers per second, each request sent once. Raises RuntimeError for any answer but a 2xx."""
    poll = select.epoll()
    opened: dict[int, Connection] = {}
    began = time.perf_counter()
    for turn in range(connections):
        _connect(poll, opened, Connection(_peer(port), turn), requests)
    answered = 0
    while answered < len(requests):
        for number, _ in poll.poll(1):
            connection = opened[number]
            connection.received += connection.socket.recv(PIECE)
            if not _whole(connection.received):
                continue
            answered += 1
            connection.received, connection.turn = b"", connection.turn + connections
            if connection.turn < len(requests):
                connection.socket.sendall(requests[connection.turn])
    elapsed = time.perf_counter() - began
    for connection in opened.values():
        connection.socket.close()
    poll.close()
    return answered / elapsed


def _peer(port: int) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def _connect(
    poll: select.epoll, opened: dict[int, Connection], new: Connection, requests: Sequence[bytes]
) -> None:
    opened[new.socket.fileno()] = new
    poll.register(new.socket, select.EPOLLIN)
    new.socket.sendall(requests[new.turn % len(requests)])


def _head(received: bytes) -> int:
    """How long the head is; 0 until it is there."""
    return received.find(b"\r\n\r\n") + 1


def _whole(received: bytes) -> bool:
    head = _head(received)
    if not head:
        return False
    if not received.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2")):
        raise RuntimeError(received[:600].decode("latin-1"))
    length = _LENGTH.search(received, 0, head)
    return len(received) >= head + 3 + (int(length[1]) if length else 0)
