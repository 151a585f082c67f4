"""The server's end of the process that evaluates expressions, which is started when the first is met.

One question at a time. A process that dies of a question has answered it: that took too long, or too much
memory. As what was asked before may have used the memory up, the question is asked again of a new process.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from signal import SIGPROF
from typing import BinaryIO

import msgspec

from watchword.expressions.child import Message, received, sent
from watchword.machines.errors import QUERY_EVALUATION_ERROR, Failure
from watchword.machines.jsonata import MEMORY, TIMEOUT, Asked, Compiled, Evaluated

PATIENCE = 60.0
"""Seconds of the wall clock, for a host on which the process gets no processor."""
COMMAND = (sys.executable, "-I", "-m", "watchword.expressions.child")


class _Used(Exception):  # noqa: N818 what the process is
    """The process has ended: of this question, or because it is used up."""


class Expressions:
    """A process that evaluates expressions. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def evaluate(self, asked: Asked) -> Evaluated:
        """What expressions give. Raises Failure when they took too long or too much memory."""
        return msgspec.msgpack.decode(self._asked(Message(evaluate=asked)), type=Evaluated)

    def compile(self, texts: Sequence[str]) -> list[Compiled]:
        """What is wrong with expressions, or what they refer to. Raises Failure, as above."""
        return msgspec.msgpack.decode(self._asked(Message(compile=list(texts))), type=list[Compiled])

    def close(self) -> None:
        with self._lock:
            self._end()

    def _asked(self, message: Message) -> bytes:
        data = msgspec.msgpack.encode(message)
        with self._lock:
            if self._process is not None:
                with suppress(_Used):
                    return self._answer(data)
            self._process = _started()
            try:
                return self._answer(data)
            except _Used:
                raise Failure(QUERY_EVALUATION_ERROR, MEMORY) from None

    def _answer(self, data: bytes) -> bytes:
        """The process's answer. Raises Failure when that took too long, _Used when the process has ended."""
        assert self._process is not None, "it was started"
        stdin, stdout = _pipes(self._process)
        with suppress(BrokenPipeError):  # then it answers nothing
            sent(stdin, data)
        with DefaultSelector() as selector:
            selector.register(stdout, EVENT_READ)
            answers = selector.select(PATIENCE)
        answer = received(stdout) if answers else None
        if answer is not None:
            return answer
        if self._end() == -SIGPROF or not answers:
            raise Failure(QUERY_EVALUATION_ERROR, TIMEOUT)
        raise _Used

    def _end(self) -> int | None:
        """Ends the process, which may have ended by itself. Its status."""
        process, self._process = self._process, None
        if process is None:
            return None
        stdin, stdout = _pipes(process)
        with suppress(BrokenPipeError):
            stdin.close()
        try:
            status = process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        stdout.close()
        return status


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 ours, and nothing that anybody says is among its arguments
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        bufsize=-1,
    )


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    assert process.stdin is not None and process.stdout is not None, "both are pipes"  # noqa: PT018
    return process.stdin, process.stdout  # type: ignore[return-value]  # buffered, as sent and received need
