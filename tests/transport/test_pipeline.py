"""Whatever clients do, in any order: every request is answered or dropped, and nothing is left of it."""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvloop

from watchword.gateway import ConnectionLimits
from watchword.names import HttpRequest, HttpResponse
from watchword.transport.connection import Connection
from watchword.transport.service import By, Service

S3 = b"Authorization: /s3/aws4_request\r\n"
PARTS = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /thread HTTP/1.1\r\n\r\n",
    b"GET /pieces HTTP/1.1\r\n\r\n",
    b"HEAD /pieces HTTP/1.1\r\n\r\n",
    b"GET /broken HTTP/1.1\r\n\r\n",
    b"GET /moves HTTP/1.1\r\n\r\n",
    b"POST /thread HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
    b"PUT /thread HTTP/1.1\r\n" + S3 + b"Content-Length: 2000000\r\n\r\n",
    b"PUT / HTTP/1.1\r\n" + S3 + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n",
    b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    *(b"a" * 100_000, b"a" * 1_000_000, b"3\r\nabc\r\n", b"0\r\n\r\n", b"\0"),
)
OK = HttpResponse(200, (("content-length", "2"),), b"ok")


class Fickle:
    """Answers some requests at once and others by a thread, breaks now and then, and admits most."""

    def at_once(
        self, request: HttpRequest, deliver: Callable[[HttpResponse], None], error: Exception | None = None
    ) -> By:
        if (request.path != "/" or request.body.file) and not error:
            return By.MOVER if request.path == "/moves" else By.THREAD
        asyncio.get_running_loop().call_soon(deliver, OK)
        return By.EVENT_LOOP

    def answer(self, request: HttpRequest) -> HttpResponse:
        time.sleep(random.random() / 500)
        if request.path == "/broken":
            raise ValueError("a defect")
        if request.path == "/pieces":
            return HttpResponse(200, (("content-length", "4"),), iter([b"ab", b"cd"]))
        return OK

    def admit(self, request: HttpRequest) -> None:
        time.sleep(random.random() / 500)
        if random.random() < 0.3:
            raise PermissionError


class Slow(Fickle):
    """Answers by a thread, once it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.answered: list[str] = []

    def answer(self, request: HttpRequest) -> HttpResponse:
        self.answered.append(request.path)
        self.go.wait()
        return OK


class Client:
    """A transport whose other end reads when it likes, and leaves when it likes."""

    def __init__(self, service: Service) -> None:
        self.closing = self.lost = self.reads_nothing = self.paused = False
        self.connection = Connection(service)
        self.connection.connection_made(self)  # type: ignore[arg-type]

    @property
    def stuck(self) -> bool:
        pipeline = self.connection._pipeline
        waits = pipeline._waiting and pipeline._waiting[0].ready
        return bool(waits or pipeline.answering or pipeline._admitting or self.paused)

    def do_something(self) -> None:
        if random.random() < 0.5:
            self.read()
        if not self.paused and not self.closing:
            self.send()
        if random.random() < 0.02:
            self.close()
        if random.random() < 0.01:
            self.connection.shutdown()

    def send(self) -> None:
        data = b"".join(random.choices(PARTS, k=random.randint(1, 4)))
        cut = random.randint(0, len(data)) if random.random() < 0.3 else len(data)
        self.connection.data_received(data[:cut])

    def read(self) -> None:
        if self.reads_nothing and not self.lost:
            self.reads_nothing = False
            self.connection.resume_writing()

    def write(self, data: bytes) -> None:
        assert not self.lost
        if random.random() < 0.1 and not self.reads_nothing:
            self.reads_nothing = True
            self.connection.pause_writing()

    def writelines(self, data: tuple[bytes, ...]) -> None:
        self.write(b"".join(data))

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self._lose)

    abort = close

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        assert not self.paused
        self.paused = True

    def resume_reading(self) -> None:
        assert self.paused
        self.paused = False

    def get_write_buffer_size(self) -> int:
        return int(self.reads_nothing)

    def get_extra_info(self, _: str) -> None:
        return None

    def _lose(self) -> None:
        self.lost = True
        self.connection.connection_lost(None)


async def visit(service: Service, errors: list[dict[str, Any]]) -> list[Client]:
    """Sixty clients at a time; those that are left when all were answered."""
    asyncio.get_running_loop().set_exception_handler(lambda _, error: errors.append(error))
    clients = [Client(service) for _ in range(60)]
    for _ in range(600):
        number = random.randrange(len(clients))
        if clients[number].closing:
            clients[number] = Client(service)
        clients[number].do_something()
        if random.random() < 0.2:
            await asyncio.sleep(0)
    until = time.monotonic() + 20
    while any(client.stuck for client in clients if not client.lost) and time.monotonic() < until:
        await asyncio.sleep(0.005)
        for client in clients:
            client.read()
    left = [client for client in clients if not client.lost and client.stuck]
    for client in clients:
        client.close()
    await asyncio.sleep(0.01)
    return left


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_left_of_whatever_clients_do(tmp_path: Path, seed: int) -> None:
    random.seed(seed)
    limits, errors = ConnectionLimits(max_connections=50, max_held=3 << 20), list[dict[str, Any]]()
    with (
        ThreadPoolExecutor(4) as threads,
        ThreadPoolExecutor(1) as movers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        stuck = runner.run(visit(Service(Fickle(), limits, threads, movers, movers, tmp_path), errors))
    assert (stuck, errors, list(tmp_path.iterdir())) == ([], [], [])
    assert (limits._held, limits.open) == (0, set())


def test_a_client_that_left_is_not_worked_for(tmp_path: Path) -> None:
    """While all threads are taken."""
    slow = Slow()

    async def come_and_leave(threads: ThreadPoolExecutor) -> None:
        service = Service(slow, ConnectionLimits(), threads, threads, threads, tmp_path)
        for path in (b"/stays", b"/leaves"):
            client = Client(service)
            client.connection.data_received(b"GET " + path + b" HTTP/1.1\r\n\r\n")
        client.close()
        await asyncio.sleep(0)
        slow.go.set()
        await asyncio.get_running_loop().run_in_executor(threads, len, "")

    with ThreadPoolExecutor(1) as threads:
        asyncio.run(come_and_leave(threads))
    assert slow.answered == ["/stays"]


def test_what_moves_bytes_takes_no_thread_of_the_others(tmp_path: Path) -> None:
    """Twelve copies of an object of 1 GB made the next CreateUser wait for half a minute."""
    slow = Slow()

    async def come(threads: ThreadPoolExecutor, movers: ThreadPoolExecutor) -> None:
        service = Service(slow, ConnectionLimits(), threads, movers, movers, tmp_path)
        for _ in range(5):
            Client(service).connection.data_received(b"GET /moves HTTP/1.1\r\n\r\n")
        asked = asyncio.get_running_loop().run_in_executor(threads, len, "")
        done, _ = await asyncio.wait([asked], timeout=10)
        assert done
        slow.go.set()

    with ThreadPoolExecutor(1) as threads, ThreadPoolExecutor(2) as movers:
        asyncio.run(come(threads, movers))
    assert slow.answered == 5 * ["/moves"]
