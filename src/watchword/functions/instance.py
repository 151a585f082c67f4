"""An instance: one process of a function, which runs one invocation at a time.

1. It starts with its first invocation. Until its runtime asks for an event, it has START_SECONDS more.
2. An invocation ends when the runtime asks for the next one. Then the process is frozen until that comes.
3. What takes too long, or holds too much memory, is killed with all that it started.
4. What failed in any way but by an error that the function itself answered isn't used again.

An instance is used by one thread at a time. Between invocations nobody listens to it.
"""

import time
from collections.abc import Callable

from msgspec import Struct

from watchword.functions import outcomes, processes
from watchword.functions.channel import Channel
from watchword.functions.outcomes import Outcome
from watchword.functions.runtime_api import Invocation, State
from watchword.functions.sandbox.launch import Launched

START_SECONDS = 10.0
"""Source: AWS Lambda Developer Guide, "Lambda execution environment lifecycle", init phase."""
_LOOK_SECONDS = 0.1
"""How often its memory is looked at."""
_ENDED = (State.READY, State.FAILED)


class Limits(Struct, frozen=True):
    """What one invocation may take: seconds, and bytes of memory."""

    seconds: float
    memory: int


class Clocks(Struct, frozen=True):
    """Where the time comes from: `wall` in seconds since 1970."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time


class Ran(Struct, frozen=True):
    """An invocation that ended."""

    outcome: Outcome
    seconds: float
    started: float | None
    """Seconds that the instance took to start, if it did for this one."""
    memory: int
    """The most bytes that were seen to be held."""
    tail: bytes
    """The end of what it wrote."""


class Instance:
    """One process, from its launch to its end."""

    def __init__(
        self,
        launched: Launched,
        limits: Limits,
        held: object,
        clocks: Clocks,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """held: the credentials that it was started with. ended: is called once it has ended."""
        self._ended, self._over = ended, False
        self.held = held
        self.idle_since = clocks.monotonic()
        self.launched = launched
        self._channel = Channel(launched)
        self._limits, self._clocks, self._monotonic = limits, clocks, clocks.monotonic
        self._memory = 0
        self._looked = clocks.monotonic()

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.launched.status is None

    def run(self, invocation: Invocation) -> Ran:
        """Runs one invocation. Unless its outcome is reusable, the instance has ended."""
        pid = self.launched.process.pid
        self._channel.tail = b""
        processes.thaw(pid)
        started, begun = None, self._monotonic()
        is_new = self._channel.api.state is State.STARTING
        outcome = self._start(invocation)
        if outcome is None:
            started, begun = self._monotonic() - begun if is_new else None, self._monotonic()
            self._channel.say(invocation, int((self._clocks.wall() + self._limits.seconds) * 1000))
            outcome = self._finish(invocation)
        seconds = self._monotonic() - begun
        if outcome.reusable:
            self._look()
            processes.freeze(pid)
            self.idle_since = self._monotonic()
        else:
            self.end()
        return Ran(outcome, seconds, started, self._memory, self._channel.tail)

    def stop(self) -> None:
        """Has it end, whatever it does. For any thread; the one that runs it finds it ended."""
        self.launched.kill()

    def end(self) -> None:
        """Kills what is left of it."""
        if self._over:
            return
        self._over = True
        self._channel.close()
        self.launched.end()
        self._ended()

    def _start(self, invocation: Invocation) -> Outcome | None:
        """Rule 1. None once it is ready."""
        if self._channel.api.state is State.READY:
            return None
        stopped = self._listen(invocation, START_SECONDS + self._limits.seconds)
        answer = self._channel.api.answer
        if answer is not None:  # it said why it failed, and then it ended
            return outcomes.answered(answer, reusable=False)
        return stopped

    def _finish(self, invocation: Invocation) -> Outcome:
        """Rule 2."""
        stopped = self._listen(invocation, self._limits.seconds)
        answer = self._channel.api.answer
        if answer is not None and (stopped is None or self._channel.ended):
            return outcomes.answered(answer, reusable=stopped is None)
        return stopped or outcomes.exited(invocation.request_id, 0)

    def _listen(self, invocation: Invocation, seconds: float) -> Outcome | None:
        """Until its runtime asks for an event, or says that it can't. Otherwise why it was stopped."""
        channel, until = self._channel, self._monotonic() + seconds
        while channel.api.state not in _ENDED:
            left = until - self._monotonic()
            if channel.ended:
                channel.drain()
                return outcomes.exited(invocation.request_id, self.launched.process.wait())
            if left <= 0:
                return outcomes.timed_out(invocation.request_id, self._limits.seconds)
            if self._looked + _LOOK_SECONDS < self._monotonic() and self._look() > self._limits.memory:
                return outcomes.out_of_memory(invocation.request_id)
            channel.listen(min(left, _LOOK_SECONDS))
        return None

    def _look(self) -> int:
        """Bytes of memory that it holds now."""
        self._looked = self._monotonic()
        now = processes.resident(self.launched.process.pid, self._limits.memory)
        self._memory = max(self._memory, now)
        return now
