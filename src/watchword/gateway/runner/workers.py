"""Threads that perform tasks. They are made when they are needed, and don't keep the process alive."""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], None]


class Workers:
    """At most so many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._stopped = False

    def put(self, work: Work) -> None:
        """Has the work done, which must not raise; after `stop` it isn't done."""
        if self._stopped:
            return
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._most:
            thread = threading.Thread(target=self._run, name="tasks", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._queue.put(work)

    def stop(self, seconds: float) -> None:
        """No thread begins other work; waits so long for what is under way."""
        self._stopped = True
        for _ in self._threads:
            self._queue.put(None)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        while (work := self._queue.get()) is not None and not self._stopped:
            work()
            self._idle.release()
