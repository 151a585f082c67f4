"""What is taken within a turn of the event loop is answered, whatever else that turn brings."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.server.harness import bytes_answered, in_a_thread, in_process

from watchword.app import open_world
from watchword.gateway import Application, Hooks, Server
from watchword.installation.settings import Settings
from watchword.names import HttpRequest, HttpResponse
from watchword.transport.pipeline import MAX_AT_ONCE
from watchword.transport.service import By
from watchword.world import World

HEALTH = b"GET /_watchword/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Eventful(Application):
    """In each turn that takes a request something else happens before the answer leaves."""

    happens: Callable[[], None]
    ahead = 0
    """Answers that were made and haven't left."""
    most_ahead = 0

    def at_once(
        self,
        request: HttpRequest,
        deliver: Callable[[HttpResponse], None],
        error: Exception | None = None,
    ) -> By:
        def leaving(response: HttpResponse) -> None:
            self.ahead -= 1
            deliver(response)

        by = super().at_once(request, leaving, error)
        self.ahead += by is By.EVENT_LOOP
        self.most_ahead = max(self.most_ahead, self.ahead)
        self.happens()
        return by


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(Settings(tmp_path))
    yield world
    world.close()


@pytest.fixture
def eventful(world: World) -> Iterator[tuple[Eventful, Server, str]]:
    app = Eventful(world)
    with in_process(app, world.settings.data) as (server, endpoint):
        yield app, server, endpoint


def test_a_shutdown_lets_the_answers_of_the_turn_leave(eventful: tuple[Eventful, Server, str]) -> None:
    app, server, endpoint = eventful

    def shut_down() -> None:
        for connection in list(server.limits.open):
            connection.shutdown()

    app.happens = shut_down
    answered = bytes_answered(endpoint, HEALTH * 3)  # until the server closes the connection
    assert answered.count(b"HTTP/1.1 200 OK") == 3


def test_few_answers_are_made_before_any_of_them_is_taken(eventful: tuple[Eventful, Server, str]) -> None:
    app, _, endpoint = eventful
    app.happens = lambda: None
    asked = HEALTH * 39 + HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert bytes_answered(endpoint, asked).count(b"HTTP/1.1 200 OK") == 40
    assert app.most_ahead == MAX_AT_ONCE


def test_an_evicted_connection_is_no_longer_open(eventful: tuple[Eventful, Server, str]) -> None:
    """Or the next new connection of the same turn would evict it again, and no other."""
    app, server, endpoint = eventful
    there: list[int] = []

    def make_room() -> None:
        for connection in list(server.limits.open):
            connection.evict()
        there.append(len(server.limits.open))

    app.happens = make_room
    bytes_answered(endpoint, HEALTH)
    assert there == [0]


def test_a_connection_with_an_answer_of_this_turn_is_not_evictable(
    eventful: tuple[Eventful, Server, str],
) -> None:
    app, server, endpoint = eventful
    evictable: list[bool] = []
    app.happens = lambda: evictable.extend(one.evictable() for one in server.limits.open)
    with socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2])), 20) as connection:
        for _ in range(2):
            connection.sendall(HEALTH)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        [member] = server.limits.open
        assert (evictable, member.evictable()) == ([False, False], True)


def test_who_performs_events_leaves_before_connections_end(world: World) -> None:
    """Otherwise calls of functions fail, and it isn't known that they did because the server stops."""
    open_then: list[int] = []

    def look() -> None:
        open_then.append(len(server.limits.open))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        folder = world.settings.data
        server = Server(Application(world), listener, folder, hooks=Hooks(look, look))
        with in_a_thread(server), socket.create_connection(listener.getsockname()) as client:
            client.sendall(HEALTH)
            assert client.recv(1)
            server.stop()
            while client.recv(1 << 16):
                pass
    assert open_then == [1, 0]
