"""What is taken within a turn of the event loop is answered, whatever else that turn brings."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from tests.server.harness import bytes_answered, endpoint_of, in_process

from watchword.app import open_world
from watchword.gateway import Application, Connection
from watchword.gateway.connection import MOST_AT_ONCE
from watchword.installation.settings import Settings
from watchword.names import HttpRequest, HttpResponse
from watchword.world import World

HEALTH = b"GET /_watchword/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Eventful(Application):
    """In each turn that takes a request something else happens before the answer leaves."""

    happens: Callable[[], None]

    def at_once(self, request: HttpRequest, deliver: Callable[[HttpResponse], None]) -> bool:
        taken = super().at_once(request, deliver)
        self.happens()
        return taken


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(Settings(tmp_path))


@pytest.fixture
def eventful(world: World) -> Iterator[tuple[Eventful, uvicorn.Server]]:
    app = Eventful(world, world.close)
    with in_process(app, Connection, lifespan="on") as server:
        yield app, server


def test_a_shutdown_lets_the_answers_of_the_turn_leave(eventful: tuple[Eventful, uvicorn.Server]) -> None:
    app, server = eventful

    def shut_down() -> None:
        for connection in list(server.server_state.connections):
            connection.shutdown()

    app.happens = shut_down
    answered = bytes_answered(endpoint_of(server), HEALTH * 3)  # until the server closes the connection
    assert answered.count(b"HTTP/1.1 200 OK") == 3


def test_few_answers_are_made_before_any_of_them_is_taken(eventful: tuple[Eventful, uvicorn.Server]) -> None:
    app, server = eventful
    made: list[int] = []
    app.happens = lambda: made.append(1)
    asked = HEALTH * 39 + HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answered = bytes_answered(endpoint_of(server), asked)
    assert answered.count(b"HTTP/1.1 200 OK") == 40
    assert len(made) == MOST_AT_ONCE


def test_who_makes_room_is_no_longer_there(eventful: tuple[Eventful, uvicorn.Server]) -> None:
    """Or the next newcomer of the same turn would end them again, and nobody else."""
    app, server = eventful
    there: list[int] = []

    def make_room() -> None:
        for connection in list(server.server_state.connections):
            connection.leave()  # type: ignore[union-attr]
        there.append(len(server.server_state.connections))

    app.happens = make_room
    bytes_answered(endpoint_of(server), HEALTH)
    assert there == [0]


def test_nobody_makes_room_whose_answer_is_about_to_leave(eventful: tuple[Eventful, uvicorn.Server]) -> None:
    app, server = eventful
    waited: list[bool] = []
    app.happens = lambda: waited.extend(one.waits() for one in server.server_state.connections)  # type: ignore[union-attr]
    with socket.create_connection(
        ("127.0.0.1", int(endpoint_of(server).rpartition(":")[2])), 20
    ) as connection:
        for _ in range(2):
            connection.sendall(HEALTH)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        [member] = server.server_state.connections
        assert (waited, member.waits()) == ([False, False], True)  # type: ignore[union-attr]
