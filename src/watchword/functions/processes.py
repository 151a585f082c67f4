"""The processes of an instance, from outside: frozen between invocations, and their memory.

Between invocations a function doesn't run: what it started in the background stands still until the next one.
A process that is just being forked can be missed by one walk, so a walk is repeated until it finds no more.
Source: AWS Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle"; proc(5).
"""

import os
import resource
import signal
from contextlib import suppress

_PAGE = resource.getpagesize()
_MOST_WALKS = 10


def descendants(pid: int) -> list[int]:
    """All processes that it started, and these, and so on; those are missing that a subreaper adopted."""
    found, waiting = list[int](), [pid]
    while waiting:
        for child in _children(waiting.pop()):
            found.append(child)
            waiting.append(child)
    return found


def freeze(pid: int) -> None:
    """Stops all of them."""
    stopped: set[int] = set()
    for _ in range(_MOST_WALKS):
        running = [each for each in descendants(pid) if each not in stopped]
        if not running:
            return
        _signal(running, signal.SIGSTOP)
        stopped.update(running)


def thaw(pid: int) -> None:
    """Lets all of them go on."""
    _signal(descendants(pid), signal.SIGCONT)


def resident(pid: int, enough: int) -> int:
    """Bytes of memory that all of them hold.

    What they share is counted for each of them, which is quick; beyond `enough` it is counted once.
    """
    found = descendants(pid)
    quickly = sum(map(_resident, found))
    return quickly if quickly <= enough else sum(map(_share, found))


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it has ended
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 a path object costs as much as the read
            found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(_read(f"/proc/{pid}/statm").split()[1]) * _PAGE
    return 0


def _share(pid: int) -> int:
    """The bytes of a process, what it shares divided by those that share it."""
    with suppress(OSError, StopIteration):
        lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()
        return int(next(line for line in lines if line.startswith(b"Pss:")).split()[1]) << 10
    return _resident(pid)


def _read(file: str) -> bytes:
    """Such files are given a page at a time."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        found = os.read(descriptor, 1 << 16)
        while piece := os.read(descriptor, 1 << 16):
            found += piece
        return found
    finally:
        os.close(descriptor)
