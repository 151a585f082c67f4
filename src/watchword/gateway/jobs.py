"""Background work: a thread runs each job when it is due.

1. A job is due when the server starts, and a period after it was last begun.
2. Jobs never run at the same time: the thread runs one, then looks which is due next.
3. Of a job whose act is an iterator each turn takes one step; it begins again when that has ended.
4. An exception is logged, and the job is due again a period later.
5. `stop` waits for the job that is running, and no other begins.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from watchword.access.refusals import record_counts
from watchword.gateway.memory import MEMORY
from watchword.services.jobs import Job
from watchword.services.table import SERVICES
from watchword.transport import sweep_spool
from watchword.world import World

SPOOL = Job(
    "sweep the spool",
    timedelta(hours=1),
    lambda world: sweep_spool(world.settings.data, world.clock.wall()),
)
REFUSALS = Job("record refusals that were counted", timedelta(minutes=1), record_counts)
ALL = (SPOOL, REFUSALS, MEMORY, *(job for service in SERVICES.values() for job in service.jobs))

_END = object()

log = logging.getLogger(__name__)


class Jobs:
    """The jobs of one world, in a thread of their own from `start` to `stop`."""

    def __init__(self, world: World, monotonic: Callable[[], float], jobs: Iterable[Job] = ALL) -> None:
        self._world, self._monotonic = world, monotonic
        self._due = dict.fromkeys(jobs, monotonic())
        self._under_way: dict[Job, Iterator[object]] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def run_due(self) -> float:
        """Runs what is due. Seconds until the next job is."""
        for job, due in self._due.items():
            if due <= self._monotonic() and not self._stopped.is_set():
                self._due[job] = self._monotonic() + job.period.total_seconds()
                self._run_one(job)
        return max(0.0, min(self._due.values()) - self._monotonic())

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._stopped.wait(self.run_due())

    def _run_one(self, job: Job) -> None:
        try:
            steps = self._under_way.pop(job, None) or job.act(self._world)
            if isinstance(steps, Iterator) and next(steps, _END) is not _END:
                self._under_way[job] = steps
        except Exception:
            log.exception("job failed", extra={"job": job.name})
