"""Several processes that do the same work: forks of this one, so what it has read is in memory once.

1. A worker that ends is replaced, after RESTART_SECONDS if it lived for less than these.
2. SIGTERM and SIGINT end them all. This process waits for the last.
3. No worker outlives this process: each watches a pipe whose other end only this process has.

It is called where there is one thread: others don't survive a fork, and what they had locked stays locked.
"""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar, cast

RESTART_SECONDS = 1.0
_BEGUN = signal.SIGUSR1
"""What a worker sends when it has begun. Signals that wait are merged, so a pipe counts them."""
_SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, _BEGUN}
Work = Callable[[Callable[[], None]], None]
Result = TypeVar("Result")


def supervise(count: int, work: Work, answering: Callable[[], None]) -> None:
    """Has `count` processes do the work, until this one is told to end.

    Work calls what it is given when it has begun; `answering` is called once all have.
    """
    if threading.active_count() > 1:
        raise RuntimeError("a process with several threads can't be forked")
    for number in (signal.SIGCHLD, _BEGUN):
        signal.signal(number, lambda *_: None)  # what is ignored, as by default, can't be awaited
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    crew = Crew(work, *os.pipe())
    for _ in range(count):
        crew.add()
    while (told := signal.sigwait(_SIGNALS)) in {signal.SIGCHLD, _BEGUN}:
        if told == signal.SIGCHLD:
            crew.replace()
        elif crew.have_begun(count):
            answering()
    crew.end()


def apart(work: Callable[[], Result]) -> Result:
    """What the work returns or raises, in a process of its own: no thread of it is left here."""
    fork = get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_tell, args=(work, theirs))
    process.start()
    theirs.close()
    with ours:
        try:
            result, error = ours.recv()
        except EOFError:
            raise RuntimeError("a process ended before it was done") from None
    process.join()
    if error is not None:
        raise error
    return cast("Result", result)


def _tell(work: Callable[[], object], listener: Connection) -> None:
    try:
        listener.send((work(), None))
    except Exception as error:  # noqa: BLE001 raised by who waits for it
        listener.send((None, error))


class Crew:
    """The workers that run."""

    def __init__(self, work: Work, read_end: int, write_end: int) -> None:
        self._work = work
        self._read_end, self._write_end = read_end, write_end
        self._begun_read, self._begun_write = os.pipe()
        os.set_blocking(self._begun_read, False)
        self._begun = 0
        self._began: dict[int, float] = {}
        """Of each process id."""

    def add(self) -> None:
        if pid := os.fork():
            self._began[pid] = time.monotonic()
        else:
            self._be_one()

    def have_begun(self, count: int) -> bool:
        """Whether now, and not before, so many have begun."""
        before = self._begun
        with suppress(BlockingIOError):
            self._begun += len(os.read(self._begun_read, count))
        return before < count <= self._begun

    def replace(self) -> None:
        """Adds a worker for each that has ended."""
        for pid in [pid for pid in self._began if os.waitpid(pid, os.WNOHANG)[0]]:
            if time.monotonic() - self._began.pop(pid) < RESTART_SECONDS:
                time.sleep(RESTART_SECONDS)
            self.add()

    def end(self) -> None:
        for pid in self._began:
            os.kill(pid, signal.SIGTERM)
        for pid in self._began:
            os.waitpid(pid, 0)

    def _be_one(self) -> None:
        """Works, in a process of its own that never comes back from here."""
        status = 1
        try:
            os.close(self._write_end)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            self._work(self._begin)
            status = 0
        except BaseException:  # noqa: BLE001 told, as it would be if it ended the interpreter
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _begin(self) -> None:
        os.write(self._begun_write, b".")
        os.kill(os.getppid(), _BEGUN)

    def _end_with_parent(self) -> None:
        os.read(self._read_end, 1)
        signal.raise_signal(signal.SIGTERM)
