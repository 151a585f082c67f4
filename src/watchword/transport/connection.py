"""One connection: how long its client may take, and how much it may have us hold.

1. A head ends within `seconds`. If no bytes of a body arrive for `seconds`, the connection is closed, unless
   we paused reading.
2. A connection without a request for `seconds`, or up to twice as long, is closed. So is one whose client
   takes nothing of an answer for as long.
3. When the limits need room, a connection that waits for its client is evicted. How many bytes it moved
   lately (its pace) is counted from one look to the look after the next.

A client that breaks rule 1, or those of `framing` and `pipeline`, is answered 400 in plain text, if at all,
and disconnected: there is no whole request, so there is no protocol to answer in. One that is evicted in the
middle of a request is told 503, and may come again.
"""

import asyncio

from watchword.names import HttpResponse
from watchword.transport import http1
from watchword.transport.connection_limits import Connection as Limited
from watchword.transport.framing import Framing, Malformed, Part
from watchword.transport.pipeline import Pipeline
from watchword.transport.receive import Peer
from watchword.transport.service import Service

CROWDED = http1.plain(503, "The server is crowded; try again.")


class Connection(asyncio.Protocol):
    """A connection, as the event loop and the limits see it."""

    _transport: asyncio.Transport
    _framing: Framing
    _pipeline: Pipeline
    _timer: asyncio.TimerHandle

    def __init__(self, service: Service, *, instead_of: Limited | None = None, secure: bool = False) -> None:
        """`instead_of`: what counts as this connection until it is made.

        `secure`: nobody can read it on its way, whether there is TLS or not.
        """
        self._secure = secure
        self.held = 0
        self._instead_of = instead_of
        self._service, self._limits = service, service.limits
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._untaken = 0
        """Bytes of answers that the client hadn't taken when we looked last."""
        self._came = 0
        self._looks = 2 * [(self._heard, 0)]
        """When we looked the last two times, and the bytes that had moved by then."""

    # for the limits

    @property
    def began(self) -> float:
        return self._framing.began

    def evictable(self) -> bool:
        return self._pipeline.waits_for_client

    def waits(self) -> bool:
        return self._pipeline.waits

    def pace(self) -> float:
        then, before = self._looks[0]
        return (self._moved() - before) / max(self._loop.time() - then, 1.0)

    def evict(self) -> None:
        self._limits.leave(self)
        self._framing.ended = True
        if self._asking() and not (self._pipeline.answering or self._transport.get_write_buffer_size()):
            self._pipeline.tell(CROWDED)
        self._loop.call_soon(self._transport.abort)  # to close would wait for the client, with TLS

    def shutdown(self) -> None:
        self._loop.call_soon(self._pipeline.end)  # after the answers of this turn

    # for the event loop

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        service = self._service.for_connection(transport.get_extra_info("socket"))
        self._pipeline = Pipeline(transport, service, self._charge)
        self._framing = Framing(
            peer_of(transport, secure=self._secure), self._service.spool, self._pipeline.add
        )
        self._framing.began = self._heard
        self._timer = self._loop.call_later(self._limits.seconds, self._look)
        if self._instead_of:
            self._limits.leave(self._instead_of)
        if not self._limits.admit(self):
            self._end_with(CROWDED)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 the loop tells why
        self._timer.cancel()
        self._limits.leave(self)
        self._framing.drop()
        self._pipeline.leave()

    def data_received(self, data: bytes) -> None:
        if self._framing.ended:
            return
        self._heard = self._loop.time()
        self._came += len(data)
        try:
            self._framing.feed(data, self._heard)
        except Malformed as malformed:
            self._pipeline.advance()
            self._end_with(http1.plain(400, str(malformed)))
            return
        self._pipeline.advance()
        if not self._charge() and (self._asking() or not self._pipeline.reading):
            self.evict()

    def pause_writing(self) -> None:
        self._pipeline.pause()

    def resume_writing(self) -> None:
        self._untaken = 0
        self._pipeline.resume()

    def _moved(self) -> int:
        return self._came + self._pipeline.sent - self._transport.get_write_buffer_size()

    def _charge(self) -> bool:
        """Whether there is room for what it holds now."""
        held = self._framing.head + self._pipeline.held
        return held == self.held or self._limits.charge(self, held)

    def _asking(self) -> bool:
        """Whether a request is coming whose sender isn't authenticated."""
        return self._framing.part is Part.HEAD or self._pipeline.asking

    def _end_with(self, refusal: HttpResponse) -> None:
        self._framing.ended = True
        self._pipeline.end_with(refusal)

    def _look(self) -> None:
        """Rules 1 and 2, now and then."""
        now = self._loop.time()
        self._looks = [self._looks[1], (now, self._moved())]
        silent = now - self._heard >= self._limits.seconds
        late = {
            Part.BETWEEN: silent and self._pipeline.idle,
            Part.HEAD: now - self.began >= self._limits.seconds,
            Part.BODY: silent,
        }
        before, self._untaken = self._untaken, self._transport.get_write_buffer_size()
        if 0 < before == self._untaken:
            self._transport.abort()  # to close would wait for the client to take the rest
        elif self._pipeline.reading and late[self._framing.part]:
            self._transport.close()
        self._timer = self._loop.call_later(self._limits.seconds, self._look)


def peer_of(transport: asyncio.Transport, *, secure: bool = False) -> Peer:
    """The other end of a connection."""
    name, secured = transport.get_extra_info("peername"), transport.get_extra_info("ssl_object")
    version = (secured.version() or "").removeprefix("TLSv") if secured else ""
    return Peer(name[0] if name else "", secure or secured is not None, version)
