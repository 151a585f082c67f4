"""The requests of one connection, in order, from when their heads are whole until their answers have left.

1. A request that needs nothing but what is cached is answered at the end of the same turn of the event loop,
   and so are up to MAX_AT_ONCE in a row. Any other is answered by a thread, while those behind it wait.
2. Back-pressure: while a whole request waits for its turn, or a sender to be admitted, nothing more is read.
   While the client doesn't take its answers, no other is made.
3. At most MAX_AHEAD requests are taken whose answers haven't left.
4. A request that has to wait for a thread is charged to the limits. If there is no room, it is refused in its
   own protocol. If its client leaves before a thread is free, it is not performed.
"""

import asyncio
import logging
from asyncio import Future
from collections import deque
from collections.abc import Callable
from functools import partial

from watchword.names import HttpResponse, fault
from watchword.transport import http1
from watchword.transport.framing import Malformed
from watchword.transport.receive import Incoming
from watchword.transport.sending import Sending
from watchword.transport.service import By, Service

MAX_AHEAD = 100
MAX_AT_ONCE = 16
"""Answers of one turn that a connection can have: they are made before any of them is taken."""

_EVENT_LOOP = By.EVENT_LOOP  # as a name of this module it is found faster (see `framing`)

log = logging.getLogger(__name__)


class Pipeline:
    """What has come of requests, and what is on its way of answers."""

    def __init__(self, transport: asyncio.Transport, service: Service, charge: Callable[[], bool]) -> None:
        self.reading = True
        self.sent = 0
        """Bytes of answers in pieces that were given to the transport."""
        self._transport, self._service, self._charge = transport, service, charge
        self._waiting: deque[Incoming] = deque()
        """Requests that aren't being answered yet. The body of the last may still be coming."""
        self._ahead = 0
        """Answers that leave at the end of this turn."""
        self._running: Incoming | None = None
        """The request that a thread answers, or whose answer is being sent in pieces."""
        self._sending: Sending | None = None
        self._admitting, self._write_paused, self._ending = False, False, False
        self._refusal: HttpResponse | None = None
        """What the client is told last."""

    @property
    def idle(self) -> bool:
        """Whether there is no request, and no answer on its way."""
        return not (self._waiting or self._running or self._ahead)

    @property
    def held(self) -> int:
        """Bytes in memory for senders who aren't authenticated."""
        held = self._running.held if self._running else 0
        return held + sum([incoming.held for incoming in self._waiting]) if self._waiting else held

    @property
    def asking(self) -> bool:
        """Whether a body is coming whose sender isn't authenticated."""
        return bool(self._waiting) and self._waiting[-1].unknown

    @property
    def answering(self) -> bool:
        return self._running is not None or self._ahead > 0

    @property
    def waits_for_client(self) -> bool:
        """True when nothing goes on without the client, and no sender of its requests is authenticated."""
        if not self.waits:
            return False
        if self._write_paused:
            return self._running is None or not self._running.admitted
        return not any(incoming.admitted for incoming in self._waiting)

    @property
    def waits(self) -> bool:
        """True when nothing goes on without the client."""
        return not (self._ahead or self._admitting) and (self._write_paused or self._running is None)

    def add(self, incoming: Incoming) -> None:
        """Another request, whose head is whole. Raises Malformed: rule 3."""
        if len(self._waiting) + self._ahead + (self._running is not None) >= MAX_AHEAD:
            raise Malformed("too many requests at once")
        self._waiting.append(incoming)

    def advance(self) -> None:
        """Begins to answer what can be answered: rules 1 and 2."""
        while self._waiting and not (self._running or self._write_paused) and self._ahead < MAX_AT_ONCE:
            if not self._waiting[0].ready:
                self._await_rest(self._waiting[0])
                break
            self._answer(self._waiting.popleft())
        if self._refusal and not self.answering:
            self.tell(self._refusal)
        self._pause_or_read()

    def pause(self) -> None:
        """The client doesn't take its answers."""
        self._write_paused = True

    def resume(self) -> None:
        """It does again."""
        self._write_paused = False
        if self._sending:
            self._sending.go_on()
        else:
            self.advance()

    def end(self) -> None:
        """Ends the connection, once the answers to whole requests and admitted senders have left."""
        self._ending = True
        if not (self.answering or any(one.whole or one.admitted for one in self._waiting)):
            self._transport.close()

    def end_with(self, refusal: HttpResponse) -> None:
        """Ends the connection by saying so, behind the answers that are under way."""
        self.drop()
        self._refusal = refusal
        if self._sending:
            self._transport.close()  # said now, it would stand in the middle of that answer
        else:
            self.advance()

    def tell(self, refusal: HttpResponse) -> None:
        """Ends the connection by saying so now."""
        assert isinstance(refusal.body, bytes)
        self._refusal = None
        self._transport.write(http1.head(refusal, keep_alive=False) + refusal.body)
        self._transport.close()

    def leave(self) -> None:
        """The client is gone."""
        self.drop()
        self._end_sending()
        if self._running:
            self._running.left = True

    def drop(self) -> None:
        """Forgets the requests that aren't being answered."""
        for incoming in self._waiting:
            incoming.drop()
        self._waiting.clear()

    def _await_rest(self, incoming: Incoming) -> None:
        if self._ahead:
            return  # it isn't its turn
        if incoming.asks and not self._admitting:
            self._admitting = True
            loop, admit = asyncio.get_running_loop(), self._service.application.admit
            asked = loop.run_in_executor(self._service.threads, admit, incoming.beginning())
            asked.add_done_callback(partial(self._admitted, incoming))
        elif incoming.continues and not incoming.asks:
            incoming.continues = False
            self._transport.write(http1.CONTINUE)

    def _admitted(self, incoming: Incoming, asked: "Future[None]") -> None:
        self._admitting = False
        refused = asked.exception()
        if self._transport.is_closing():
            return
        if isinstance(refused, Exception):
            incoming.refuse(refused)
        else:
            incoming.admit()
        self._charge()
        self.advance()

    def _answer(self, incoming: Incoming) -> None:
        incoming.finish()
        by = self._at_once(incoming)
        if by is _EVENT_LOOP:
            return
        self._running = incoming
        if incoming.held and not self._charge():  # rule 4
            self._running = None
            incoming.refuse(fault("Throttling", meant="requests under way hold all the memory they may have"))
            self._at_once(incoming)
            return
        threads = self._service.threads_for(by)
        answered = asyncio.get_running_loop().run_in_executor(threads, self._perform, incoming)
        answered.add_done_callback(partial(self._answered, incoming))

    def _perform(self, incoming: Incoming) -> HttpResponse:
        """Rule 4, in a thread."""
        try:
            return http1.BROKEN if incoming.left else self._service.application.answer(incoming.request)
        finally:
            incoming.close()

    def _at_once(self, incoming: Incoming) -> By:
        self._ahead += 1
        deliver = partial(self._deliver, incoming)
        by = self._service.application.at_once(incoming.request, deliver, incoming.error)
        self._ahead -= by is not _EVENT_LOOP
        return by

    def _deliver(self, incoming: Incoming, response: HttpResponse) -> None:
        self._ahead -= 1
        self._send(incoming, response)

    def _answered(self, incoming: Incoming, answered: "Future[HttpResponse]") -> None:
        self._running = None
        try:
            response = answered.result()
        except Exception:
            log.exception("a request without an answer")
            response = http1.BROKEN
        self._send(incoming, response)

    def _send(self, incoming: Incoming, response: HttpResponse) -> None:
        if self._transport.is_closing():
            return
        incoming.keep_alive = incoming.keep_alive and not self._ending
        try:
            head = http1.head(response, keep_alive=incoming.keep_alive)
        except ValueError:
            log.exception("an answer that can't be sent")
            response, head = http1.BROKEN, http1.head(http1.BROKEN, keep_alive=incoming.keep_alive)
        if incoming.request.method == "HEAD":
            self._transport.write(head)
        elif isinstance(response.body, bytes):
            self._transport.writelines((head, response.body))  # joined, a large one would be copied
        else:
            self._transport.write(head)
            self._send_pieces(incoming, response)
            return
        self._sent(incoming)

    def _send_pieces(self, incoming: Incoming, response: HttpResponse) -> None:
        incoming.admitted = True  # the answer streams, so the caller was authorized
        self._running = incoming
        sent = partial(self._piece_sent, incoming)
        service = self._service
        self._sending = Sending(response, self._transport, service.threads, service.windows, sent)
        self._sending.go_on()

    def _piece_sent(self, incoming: Incoming, size: int, *, last: bool) -> None:
        self.sent += size
        if last:
            self._end_sending()
            self._running = None
            self._sent(incoming)
        elif self._sending and not self._write_paused:
            self._sending.go_on()

    def _end_sending(self) -> None:
        if self._sending:
            self._sending.end()
            self._sending = None

    def _sent(self, incoming: Incoming) -> None:
        if not incoming.keep_alive:
            self._transport.close()
        elif self._waiting or self._refusal:
            self.advance()
        self._charge()

    def _pause_or_read(self) -> None:
        first = self._waiting[0] if self._waiting else None
        read = first is None or not (self._admitting or self._running or first.ready)
        if read is self.reading or self._transport.is_closing():
            return
        self.reading = read
        if read:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()
