"""The application: what is cached is answered at once, everything else in a thread; bytes in, bytes out.

A journey runs on the event loop (`at_once`) when everything it needs is cached; where a fact must first be
read, or the operation touches database or files, `WouldBlock` ends that attempt before it has done anything
and the journey runs again, whole, on a worker thread, by way of ASGI (docs/decisions/0003). An event-loop
journey does no SQL but SQLite's own freshness check and point reads of objects' rows. No other code of the
server is asynchronous, but for the receiving of bodies.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec import structs

from watchword.access.authenticate import admit
from watchword.gateway import control
from watchword.gateway.journey import journey, refuse_unreceived
from watchword.gateway.receive import Gone, Message, Receive, Scope, Send, body, head, sweep_spool
from watchword.gateway.turn import Act, Deliver, Turn
from watchword.names import Body, HttpRequest, HttpResponse, fault
from watchword.services.s3.sweep import sweep
from watchword.world import World

THREADS = 8


class Application:
    """The ASGI application of one world; `close` runs when the server shuts down."""

    def __init__(self, world: World, close: Callable[[], None]) -> None:
        self._world = world
        self._turn = Turn(world)
        self._close = close
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="journey")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope["method"])
        try:
            request = _head(scope)
            _check_room(scope)
            spool, admitted = self._world.settings.data, partial(self._admit, request, scope["known"])
            request = request.with_body(await body(request, receive, spool, admitted))
        except Gone:
            return
        except Exception as unfit:  # noqa: BLE001 said, recorded and logged like a journey's own
            refused = refuse_unreceived(self._world, request, unfit)
            if request.header("expect"):
                # Perhaps no body comes now, and what comes next would be taken for it.
                refused = structs.replace(refused, headers=(*refused.headers, ("connection", "close")))
            await _send(refused, scope, send, self._threads)
            return
        try:
            await _send(await self._answer(request), scope, send, self._threads)
        finally:
            if request.body.file:
                request.body.file.unlink(missing_ok=True)

    def at_once(self, request: HttpRequest, deliver: Deliver) -> bool:
        """Whether `deliver` will have the answer soon, for it needs nothing but what is cached.

        False when it needs more, and nothing was done.
        """
        return self._turn.answer(_act(request), request, deliver)

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _act(request), self._world, request)

    async def _admit(self, request: HttpRequest, known: Callable[[], None], beginning: Body) -> None:
        request = request.with_body(beginning)
        await asyncio.get_running_loop().run_in_executor(self._threads, admit, self._world, request)
        known()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            self._threads.submit(self._sweep)
            await send({"type": "lifespan.startup.complete"})
        self._threads.shutdown()
        self._close()
        await send({"type": "lifespan.shutdown.complete"})

    def _sweep(self) -> None:
        sweep_spool(self._world.settings.data, self._world.clock.wall())
        sweep(self._world)


def _act(request: HttpRequest) -> Act:
    return control.find(request) or journey


def _head(scope: Scope) -> HttpRequest:
    return head(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"], scope["peer"])


def _check_room(scope: Scope) -> None:
    if scope.get("crowded"):
        raise fault("Throttling", meant="the bodies of requests under way take all there is for them")


async def _send(response: HttpResponse, scope: Scope, send: Send, threads: ThreadPoolExecutor) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if isinstance(response.body, bytes):
        await _send_bytes(response.body, send)
    else:
        scope["known"]()  # who asked for so much had leave to
        await _send_pieces(response.body, scope["left"], send, threads)


async def _send_bytes(data: bytes, send: Send) -> None:
    message: Message = {"type": "http.response.body", "body": data}
    await send(message)


async def _send_pieces(
    pieces: Iterable[bytes], left: Callable[[], bool], send: Send, threads: ThreadPoolExecutor
) -> None:
    """Nothing more is read for a client that left."""
    loop = asyncio.get_running_loop()
    source = iter(pieces)
    while (piece := await loop.run_in_executor(threads, next, source, None)) is not None:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if left():
            return
    await send({"type": "http.response.body", "body": b""})
