"""The instances of one process: kept while they are warm, never more than there may be.

1. An invocation runs in an idle instance of the very same version and configuration, or in a new one.
2. At most MOST_RUNNING run at once in a process. In all processes of the host, at most MOST_OF_ACCOUNT of one
   account, and of a function what is reserved for it (`slots`). More are refused at once, nothing waits.
3. An idle instance ends after IDLE_SECONDS, and earlier when its credentials are to be replaced, when they
   don't hold any more, or when there are MOST_RUNNING idle ones.

Every process of a server has a pool of its own (docs/decisions/0017).
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import NamedTuple

from watchword.functions.instance import Instance, Ran
from watchword.functions.runtime_api import Invocation
from watchword.functions.slots import Slots

MOST_RUNNING = 64
MOST_OF_ACCOUNT = 32
IDLE_SECONDS = 300.0


class Key(NamedTuple):
    """What instances have in common that can stand in for each other."""

    account: str
    function_id: str
    revision: str
    """Of the version: it changes with code and configuration."""


class TooManyError(Exception):
    """Rule 2. `reason` is Lambda's word for which limit."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pool:
    """The instances of this process."""

    def __init__(self, monotonic: Callable[[], float], slots: Slots) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._idle: deque[tuple[Key, Instance]] = deque()
        """The one that was used last is at the right."""
        self._running: dict[Instance, Key] = {}
        self._here = threading.BoundedSemaphore(MOST_RUNNING)
        self._slots = slots
        self._closed = False

    def run(
        self,
        key: Key,
        reserved: int | None,
        start: Callable[[], Instance],
        invocation: Invocation,
        holds: Callable[[object], bool],
    ) -> Ran:
        """Runs an invocation. Raises TooManyError, and what `start` raises.

        holds: whether credentials can be used for another invocation.
        """
        with self._place(key, reserved):
            instance = self._take(key, holds) or start()
            with self._lock:
                self._running[instance] = key
                closed = self._closed
            if closed:
                instance.stop()
            try:
                ran = instance.run(invocation)
            except BaseException:
                self._end(instance)
                raise
            self._give_back(key, instance, reusable=ran.outcome.reusable)
            return ran

    @property
    def empty(self) -> bool:
        """Whether there is no instance."""
        with self._lock:
            return not (self._idle or self._running)

    def end_idle(self) -> None:
        """Rule 3, as far as time is concerned."""
        oldest = self._monotonic() - IDLE_SECONDS
        with self._lock:
            kept = [each for each in self._idle if each[1].idle_since > oldest]
            ended = [instance for _, instance in self._idle if all(instance is not one for _, one in kept)]
            self._idle = deque(kept)
        for instance in ended:
            instance.end()

    def stop(self) -> None:
        """Ends all, so that those who wait for one go on. None begins any more."""
        with self._lock:
            self._closed = True
            running, idle = list(self._running), [instance for _, instance in self._idle]
            self._idle.clear()
        for instance in running:
            instance.stop()
        for instance in idle:
            instance.end()

    close = stop

    def reset(self, _now: datetime) -> None:
        """Ends the idle ones: their functions are gone."""
        with self._lock:
            idle = [instance for _, instance in self._idle]
            self._idle.clear()
        for instance in idle:
            instance.end()

    @contextmanager
    def _place(self, key: Key, reserved: int | None) -> Iterator[None]:
        """Rule 2."""
        limits = [(key.account, MOST_OF_ACCOUNT, "ConcurrentInvocationLimitExceeded")]
        if reserved is not None:
            limits.append((key.function_id, reserved, "ReservedFunctionConcurrentInvocationLimitExceeded"))
        with ExitStack() as taken:
            if not self._here.acquire(blocking=False):
                raise TooManyError("ConcurrentInvocationLimitExceeded")
            taken.callback(self._here.release)
            for name, most, reason in limits:
                place = self._slots.take(name, most)
                if place is None:
                    raise TooManyError(reason)
                taken.callback(self._slots.give_back, place)
            yield

    def _take(self, key: Key, holds: Callable[[object], bool]) -> Instance | None:
        """The idle instance that was used last, if there is one that works."""
        while True:
            with self._lock:
                found = next((each for each in reversed(self._idle) if each[0] == key), None)
                if found is None:
                    return None
                self._idle.remove(found)
            instance = found[1]
            if instance.alive and holds(instance.held):
                return instance
            instance.end()

    def _give_back(self, key: Key, instance: Instance, *, reusable: bool) -> None:
        surplus: Instance | None = None
        with self._lock:
            self._running.pop(instance, None)
            if reusable and not self._closed:
                self._idle.append((key, instance))
                if len(self._idle) > MOST_RUNNING:
                    surplus = self._idle.popleft()[1]
        if surplus:
            surplus.end()
        if reusable and self._closed:
            instance.end()

    def _end(self, instance: Instance) -> None:
        with self._lock:
            self._running.pop(instance, None)
        instance.end()
