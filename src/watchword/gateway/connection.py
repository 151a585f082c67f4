"""One connection: where a request ends and the next begins, and which are answered without ASGI.

llhttp (through httptools) refuses Content-Length beside Transfer-Encoding, bare line feeds, folded headers
and control characters. What it lets pass is dealt with here:

1. Nothing is upgraded. An Upgrade is ignored (RFC 9110, section 7.8, lets a server do so); together with a
   body it is refused, for httptools would take that body for the next request.
2. A head ends within MAX_HEAD bytes, and what else the same read brings, and within `seconds`.
3. A body of which nothing comes for `seconds` ends the connection, unless it is us who don't read.
4. A connection without a request for `seconds`, or up to twice as long, is ended; so is one whose client
   reads nothing of an answer for as long.
5. A small request of stated length is held until it is whole, and answered within the same turn of the event
   loop when the application can do so at once. Everything else goes through ASGI: bodies that are large or
   chunked, requests that wait for a 100 or come behind an unfinished answer or behind
   MOST_AT_ONCE of the turn, answers that take a thread.
6. At most MOST_AHEAD requests are taken whose answers haven't been sent.
7. When the `crowd` needs room, a connection that waits for its client is ended.

A client that breaks rules 1 to 4 or 6 is answered 400 in plain text, if at all, and disconnected: there is no
whole request yet, so there is no protocol to answer in. One that has to make room in the middle of a request
is told 503, and may come again. The limits on what a whole head says are in `receive`.
"""

import asyncio
from enum import Enum
from functools import partial
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from watchword.gateway.crowd import MOST_CONNECTIONS, MOST_HELD, Crowd, Member, seats
from watchword.gateway.http1 import plain, written
from watchword.gateway.receive import MAX_HEAD, MAX_HEADERS, MAX_IN_MEMORY, Peer, head
from watchword.names import AwsError, HttpResponse

LONGEST_READ = 256 * 1024
"""Bytes that the event loop hands over at once."""
MOST_AHEAD = 100
MOST_AT_ONCE = 16
"""Answers of one turn that a connection can have: they are made before any of them is taken."""
_BODY = frozenset({b"content-length", b"transfer-encoding"})
CROWDED = plain(503, "The server is crowded; try again.")


class Part(Enum):
    """Where in a request the connection is."""

    BETWEEN = "between"
    HEAD = "head"
    BODY = "body"


def tls_version(transport: asyncio.Transport) -> str:
    """Such as 1.3; empty without TLS."""
    secured = transport.get_extra_info("ssl_object")
    return (secured.version() or "").removeprefix("TLSv") if secured else ""


class Connection(HttpToolsProtocol):
    """uvicorn's protocol on httptools, with the rules above."""

    seconds = 30.0
    most_connections = MOST_CONNECTIONS
    most_held = MOST_HELD

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.holds = 0
        self._part = Part.BETWEEN
        self._head = 0
        self._held: list[bytes] | None = None
        self._ahead = 0
        self._under_way: RequestResponseCycle | None = None
        self._known: RequestResponseCycle | None = None
        self._untaken = 0
        address = self.client[0] if self.client else ""
        self._peer = Peer(address, self.scheme == "https", tls_version(transport))
        self._heard = self.began = self.loop.time()
        self._timer = self.loop.call_later(self.seconds, self._look)
        self._crowd = self._joined()
        if not self._crowd.enter(self):
            self._refuse(CROWDED)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._crowd.release(self)
        if self._under_way is not None:  # uvicorn tells only the last of a pipeline
            self._under_way.disconnected = True
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self._untaken = 0
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        self._heard = self.loop.time()
        super().data_received(data)
        if self._part is not Part.BETWEEN or self.pipeline:
            self._unfinished(len(data))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["peer"] = self._peer  # type: ignore[typeddict-unknown-key]
        self._part, self._head, self.began = Part.HEAD, 0, self._heard

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and any(name in _BODY for name, _ in self.headers):
            raise ValueError("an upgrade with a body")
        if self._ahead + len(self.pipeline) >= MOST_AHEAD:
            raise ValueError("too many requests at once")
        self._part = Part.BODY
        self._held = [] if self._may_be_held() else None
        if self._held is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)

    def on_message_complete(self) -> None:
        self._part = Part.BETWEEN
        if self._held is None:
            super().on_message_complete()
            self._count_whole()
            return
        body, self._held = b"".join(self._held), None
        if self.holds:
            self._crowd.release(self)
        self._ahead += 1
        if not self._answer(body):
            self._ahead -= 1
            super().on_headers_complete()
            super().on_body(body)
            super().on_message_complete()
            self._count_whole()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 uvicorn's
        self._under_way = cycle
        cycle.scope["left"] = lambda: cycle.disconnected  # type: ignore[typeddict-unknown-key]
        cycle.scope["known"] = partial(self._know, cycle)  # type: ignore[typeddict-unknown-key]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        to_come = sum([len(cycle.body) for cycle, _ in self.pipeline])
        self._crowd.hold(self, to_come - self.holds)
        super().on_response_complete()

    def waits(self) -> bool:
        """Whether it waits for its client to ask or to take, of whom no request under way is admitted."""
        if self._ahead:
            return False
        if self.flow.write_paused:
            return self._idle() or self._known is not self._under_way
        if self.flow.read_paused:
            return False
        return self._idle() or (self._under_way is self.cycle and self._unread())

    def leave(self) -> None:
        """End the connection, to make room."""
        self.connections.discard(self)
        self._crowd.release(self)
        if self._asking() and not self.transport.get_write_buffer_size():
            self._refuse(CROWDED)
        self.loop.call_soon(self.transport.abort)  # to close would wait for the client, with TLS

    def _joined(self) -> Crowd:
        """The crowd of this server; uvicorn hands the same state to all connections."""
        if "crowd" not in self.app_state:
            present = cast("set[Member]", self.connections)
            self.app_state["crowd"] = Crowd(present, seats(self.most_connections), self.most_held)
        crowd: Crowd = self.app_state["crowd"]
        return crowd

    def _unfinished(self, size: int) -> None:
        if self._part is Part.HEAD:
            self._head += size
            if self._head > MAX_HEAD + LONGEST_READ or len(self.headers) > MAX_HEADERS:
                self.send_400_response("The request's head is too long.")
        if (self._asking() or self.pipeline) and not self._crowd.hold(self, size):
            self.leave()

    def _count_whole(self) -> None:
        """What lies here of a request that is whole, and not in the pipeline, whose reads are counted."""
        cycle, body = self.cycle, len(self.cycle.body)
        if not body or self.pipeline or cycle.response_complete or self._known is cycle:
            return
        if not self._crowd.hold(self, body):
            self.scope["crowded"] = True  # type: ignore[typeddict-unknown-key]

    def _asking(self) -> bool:
        """Whether a request is on its way, and not yet answered."""
        return self._part is Part.HEAD or self._held is not None or self._unread()

    def _unread(self) -> bool:
        """Whether a body is still coming, by way of ASGI, whose sender isn't admitted yet."""
        return not self._idle() and self.cycle.more_body and self._known is not self.cycle

    def _know(self, cycle: RequestResponseCycle) -> None:
        self._known = cycle
        self._crowd.release(self)

    def _may_be_held(self) -> bool:
        """Rule 5."""
        if self.expect_100_continue or self.flow.write_paused or self.parser.should_upgrade():
            return False
        if not self._idle() or self._ahead >= MOST_AT_ONCE:
            return False
        said = dict(self.headers)
        return b"transfer-encoding" not in said and int(said.get(b"content-length", 0)) <= MAX_IN_MEMORY

    def _idle(self) -> bool:
        """Whether no answer is under way by ASGI; the pipeline is then empty."""
        return self.cycle is None or self.cycle.response_complete

    def _answer(self, body: bytes) -> bool:
        """Whether the request can be answered at once, and will be."""
        url, method = httptools.parse_url(self.url), self.parser.get_method().decode()
        try:
            request = head(method, url.path, url.query or b"", self.headers, self._peer, body)
        except AwsError:
            return False
        keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        deliver = partial(self._deliver, bodiless=method == "HEAD", keep_alive=keep_alive)
        answered: bool = self.app.at_once(request, deliver)
        return answered

    def _deliver(self, response: HttpResponse, *, bodiless: bool = False, keep_alive: bool = False) -> None:
        self._ahead = 0
        if self.transport.is_closing():
            return
        common = self.server_state.default_headers
        self.transport.write(written(response, common, bodiless=bodiless, keep_alive=keep_alive))
        if not keep_alive:
            self.transport.close()
        self.server_state.total_requests += 1

    def send_400_response(self, msg: str) -> None:
        self.loop.call_soon(self._refuse, plain(400, msg))  # after the answers of this turn

    def _refuse(self, response: HttpResponse) -> None:
        answering = self._under_way
        if answering and answering.response_started and not answering.response_complete:
            self.transport.close()  # said now, it would stand in the middle of that answer
        else:
            self._deliver(response)

    def shutdown(self) -> None:
        self.loop.call_soon(super().shutdown)  # after the answers of this turn

    def _look(self) -> None:
        now = self.loop.time()
        late = {
            Part.BETWEEN: self._idle() and now - self._heard >= self.seconds,
            Part.HEAD: now - self.began >= self.seconds,
            Part.BODY: now - self._heard >= self.seconds and not self.flow.read_paused,
        }
        before, self._untaken = self._untaken, self.transport.get_write_buffer_size()
        if 0 < before == self._untaken:
            self.transport.abort()  # to close would wait for the client to take the rest
        elif late[self._part]:
            self.transport.close()
        self._timer = self.loop.call_later(self.seconds, self._look)

    def _unsupported_upgrade_warning(self) -> Any:  # noqa: ANN401 uvicorn's
        """Not logged: rule 1 ignores it, and there is nothing for an operator to do."""
