"""The requests of one event loop turn, answered as a batch.

A journey from cached facts takes less time than a system call, so all journeys of a turn share theirs:

1. Whether another process has changed anything is asked once, before the first of them. By then all of them
   had begun to arrive.
2. Their records are written by one write(), after the last of them.
3. Only then are their answers sent, in order. When the records can't be kept, each is refused instead.

Nothing is changed in a batch, so a refusal at 3 has nothing to undo.
"""

import asyncio
import logging
from dataclasses import replace

from watchword.gateway.doors import Act
from watchword.gateway.journey import unrecorded
from watchword.names import HttpRequest, HttpResponse
from watchword.names.would_block import MovesBytes, Waits, WouldBlock
from watchword.transport.service import By, Deliver
from watchword.world import World

log = logging.getLogger(__name__)


class Batch:
    """The batch of this turn. The same object serves one turn after the other."""

    def __init__(self, world: World) -> None:
        self._facts, self._records = world.facts.cached_only(), world.journal.gathering()
        at_once = world.objects.at_once()
        self._world = replace(world, facts=self._facts, journal=self._records, objects=at_once)
        self._answers: list[tuple[HttpRequest, HttpResponse, Deliver]] = []
        self._begun = False

    def answer(self, act: Act, request: HttpRequest, deliver: Deliver) -> By:
        """By the event loop when `deliver` gets an answer at the end of the turn; else nothing was done."""
        if not self._begun:
            self._begun = True
            asyncio.get_running_loop().call_soon(self._end)
        try:
            self._answers.append((request, act(self._world, request), deliver))
        except MovesBytes:
            return By.MOVER
        except Waits:
            return By.WAITER
        except WouldBlock:
            return By.THREAD
        return By.EVENT_LOOP

    def _end(self) -> None:
        answers, self._answers, self._begun = self._answers, [], False
        self._facts.doubt()
        kept = self._write()
        for request, response, deliver in answers:
            deliver(response if kept else unrecorded(self._world, request))

    def _write(self) -> bool:
        try:
            self._records.write()
        except OSError:
            log.exception("audit journal")
            return False
        return True
