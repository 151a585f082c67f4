"""The process that evaluates expressions: `python -I -m watchword.expressions.child`.

It answers one message after the other, until nothing more comes. Whatever an expression does, it ends:

1. It has MOST_MEMORY of address space. Who needs more dies.
2. A question takes so many seconds of the processor as it says; then the kernel ends the process.
3. It has no environment, can open no file and no connection, and start no process; as root it becomes nobody.
   It knows what it is asked and nothing else.

What has grown large ends by itself after its answer, and another is started for the next question.
Messages are a length of four bytes and MessagePack.
Source: setrlimit(2), setitimer(2).
"""

import os
import resource
import signal
import sys
from typing import BinaryIO

import msgspec
from msgspec import Struct

from watchword.machines.jsonata import MOST_SECONDS, Asked

MOST_MEMORY = 384 << 20
LARGE = 96 << 20
"""Bytes that it has held at most, beyond which it doesn't serve again."""
NOBODY = 65534
_KIBI = 1024
LENGTH = 4


class Message(Struct, array_like=True):
    """What is asked: expressions to evaluate, or to read only."""

    evaluate: Asked | None = None
    compile: list[str] | None = None


def main() -> None:
    """Serves its standard input and output."""
    limit()
    from watchword.expressions import evaluator  # noqa: PLC0415 its allocator reserves what it may have

    give_up()
    given, answers, decoder = sys.stdin.buffer, sys.stdout.buffer, msgspec.msgpack.Decoder(Message)
    while (data := received(given)) is not None:
        message = decoder.decode(data)
        seconds = MOST_SECONDS if message.evaluate is None else message.evaluate.seconds
        signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.001))
        if message.evaluate is not None:
            answer = msgspec.msgpack.encode(evaluator.evaluate(message.evaluate))
        else:
            answer = msgspec.msgpack.encode(evaluator.compiled(message.compile or ()))
        sent(answers, answer)
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBI > LARGE:
            return


def limit() -> None:
    """Rules 1 and 2."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal it is for the server


def give_up() -> None:
    """Rule 3, once all that it needs is imported."""
    os.chdir("/")
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(kind, (0, 0))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def sent(stream: BinaryIO, data: bytes) -> None:
    stream.write(len(data).to_bytes(LENGTH) + data)
    stream.flush()


def received(stream: BinaryIO) -> bytes | None:
    """The next message; None at the end, and for one that was cut off."""
    head = stream.read(LENGTH)
    if len(head) < LENGTH:
        return None
    data = stream.read(int.from_bytes(head))
    return data if len(data) == int.from_bytes(head) else None


if __name__ == "__main__":
    main()
