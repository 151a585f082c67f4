"""A limit for expensive work: few do it at once, few more wait, and all others are turned away at once.

A password's hash takes 64 MiB and a tenth of a second of all processors, and a policy simulation can take
seconds. Without a limit, a few requests would take all memory and all threads (denial of service).
"""

from threading import Semaphore
from types import TracebackType
from typing import Self

from watchword.names import fault


class Gate:
    """`with gate:` is inside; raises the fault Throttling when too many wait already."""

    def __init__(self, work: str, inside: int, waiting: int) -> None:
        self._work = work
        self._inside = Semaphore(inside)
        self._near = Semaphore(inside + waiting)

    def __enter__(self) -> Self:
        if not self._near.acquire(blocking=False):
            raise fault("Throttling", meant=f"too many at once: {self._work}")
        self._inside.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside.release()
        self._near.release()
