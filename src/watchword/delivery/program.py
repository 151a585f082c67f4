"""Runs a program in the foreground, as if the shell had started it.

1. It has our standard streams, our terminal and our process group, and no other descriptor.
2. A signal to us is passed on to it. Not one that was typed in our terminal: that goes to the whole group,
   and the program would get it twice.
3. Our exit code is the program's. For a program that a signal ended it is 128 and the signal's number, as in
   a shell. As there, 126 means that it can't be run and 127 that it isn't found.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
TYPED = (signal.SIGINT, signal.SIGQUIT)
CANT_RUN, NOT_FOUND, BY_SIGNAL = 126, 127, 128


class NotStarted(Exception):  # noqa: N818 what happened
    """The program can't be started: why, and the exit code that says so."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.code = code


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs it to its end. Returns the exit code. Raises NotStarted. For the main thread."""
    program, early = None, list[int]()

    def pass_on(number: int) -> None:
        early.append(number) if program is None else program.send_signal(number)

    with _signals(pass_on):
        program = _start(command, environment)
        for number in early:
            program.send_signal(number)
        code = program.wait()
    return code if code >= 0 else BY_SIGNAL - code


def _start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, env=environment)  # noqa: S603 what the user typed
    except FileNotFoundError:
        raise NotStarted(f"{command[0]}: not found", NOT_FOUND) from None
    except (OSError, ValueError) as error:
        raise NotStarted(f"{command[0]}: {getattr(error, 'strerror', None) or error}", CANT_RUN) from None


@contextmanager
def _signals(pass_on: Callable[[int], None]) -> Iterator[None]:
    def handle(number: int, _frame: FrameType | None) -> None:
        if number not in TYPED or not _in_foreground():  # 2
            pass_on(number)

    before = {number: signal.signal(number, handle) for number in PASSED_ON}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether what is typed in our terminal reaches us."""
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
