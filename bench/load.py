"""A load generator: keep-alive connections, one request under way on each, answers counted when whole.

Requests are bytes that were signed before the clock starts, so that only the server is measured; the
generator itself does some 20,000 requests a second against a server that does nothing.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

PIECE = 65536


@dataclass
class Connection:
    """One connection, and what has come of the answer that is under way."""

    socket: socket.socket
    received: bytearray
    turn: int


def requests_per_second(
    port: int, requests: Sequence[bytes], *, seconds: float, connections: int = 8
) -> float:
    """Whole answers per second. Raises RuntimeError for any answer but a 2xx."""
    chooser = selectors.DefaultSelector()
    for index in range(connections):
        _connect(chooser, port, index, requests)
    answered, began = 0, time.perf_counter()
    end = began + seconds
    while time.perf_counter() < end:
        for key, _ in chooser.select(1):
            connection = key.data
            received = connection.socket.recv(PIECE)
            connection.received += received
            # A server that sends head and body apart must not wait for our delayed acknowledgement.
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            whole = _whole(connection.received)
            answered += whole
            turn = connection.turn + connections
            if not received:  # this server closes after each answer
                chooser.unregister(connection.socket)
                connection.socket.close()
                _connect(chooser, port, turn, requests)
            elif whole and b"\r\nconnection: close" not in connection.received.lower():
                connection.received.clear()
                connection.turn = turn
                connection.socket.sendall(requests[turn % len(requests)])
            elif whole:
                connection.received.clear()
    elapsed = time.perf_counter() - began
    for key in list(chooser.get_map().values()):
        key.data.socket.close()
    chooser.close()
    return answered / elapsed


def _connect(chooser: selectors.BaseSelector, port: int, turn: int, requests: Sequence[bytes]) -> None:
    peer = socket.create_connection(("127.0.0.1", port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    chooser.register(peer, selectors.EVENT_READ, Connection(peer, bytearray(), turn))
    peer.sendall(requests[turn % len(requests)])


def _whole(received: bytearray) -> bool:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not received.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2")):
        raise RuntimeError(bytes(received[:600]).decode("latin-1"))
    head = bytes(received[:end]).lower()
    start = head.find(b"content-length:")
    length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
    return len(received) >= end + 4 + length
