"""Starting a process in the sandbox: the server's side of `launcher`.

The process gets an empty environment and no descriptor but its output and one end of a socket pair. As long
as the server holds the other end, it runs; when the server closes it, or dies, it is killed with all that it
started. A launcher that is started before it is needed waits for what it shall become: starting Python takes
longer than all that it does then.
"""

import contextlib
import os
import socket
import subprocess
import sys
import sysconfig
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from msgspec import Struct

from watchword.functions.sandbox.spec import ANNOUNCED, Spec

_MOST_SOCKETS = 2
_START_SECONDS = 20.0
_END_SECONDS = 5.0
_SOURCE = Path(__file__).parents[3]
_PROGRAM = f"""\
import sys
sys.path.insert(0, {str(_SOURCE)!r})
from watchword.functions.sandbox.launcher import main
main()
"""
_ALONE = ("-I", "-S", "-B")
"""Options of Python: neither environment, nor user's directory, nor site packages, and no files written."""


class CannotLaunchError(Exception):
    """The process didn't start."""


class Interpreter(Struct, frozen=True, dict=True):
    """The Python that functions run in: that of the server, with its packages."""

    program: str
    places: tuple[str, ...]
    """What a process needs to see of it."""
    paths: tuple[str, ...]

    @classmethod
    def own(cls) -> Self:
        paths = tuple(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))
        places = dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, *paths))
        return cls(getattr(sys, "_base_executable", sys.executable), tuple(places), paths)

    @cached_property
    def missing(self) -> str:
        """The package that functions need and that isn't installed; empty for none."""
        return next((name for name in ("awslambdaric", "boto3") if find_spec(name) is None), "")


class Launched(Struct, frozen=True):
    """A process that runs."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket
    output: int
    """Descriptor of its standard output and error."""
    runtime: socket.socket
    """Where the runtime API is listened for."""
    server: socket.socket | None
    """Where its calls to the server come in, in namespaces."""
    user: int | None
    """Who may speak the runtime API. None in namespaces, where nobody else can."""

    @property
    def status(self) -> int | None:
        """How it exited; None while it runs."""
        return self.process.poll()

    def kill(self) -> None:
        """Has it killed with all that it started. For any thread."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)

    def end(self) -> int:
        """The same, and waits for that. How it exited. Called once."""
        self.kill()
        self.control.close()
        try:
            status = self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:  # it was stopped by somebody
            self.process.kill()
            status = self.process.wait()
        os.close(self.output)
        self.runtime.close()
        if self.server:
            self.server.close()
        return status


class Spare(Struct, frozen=True):
    """A launcher that waits. It knows nothing yet, and holds nothing."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket
    output: int

    @classmethod
    def start(cls, interpreter: Interpreter) -> Self:
        own, theirs = socket.socketpair()
        output, their_output = os.pipe()
        with theirs, open(their_output, "wb", buffering=0) as written:  # noqa: PTH123 a descriptor
            process = subprocess.Popen(  # noqa: S603 this interpreter, with a program of ours
                [interpreter.program, *_ALONE, "-c", _PROGRAM],
                stdin=theirs.fileno(),
                stdout=written,
                stderr=written,
                env={},
                cwd="/",
            )
        os.set_blocking(output, False)
        return cls(process, own, output)

    def end(self) -> str:
        """Ends it; the last line that it said. Called once."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        said = b""
        with contextlib.suppress(BlockingIOError):
            said = os.read(self.output, 1 << 16)
        os.close(self.output)
        return said.decode(errors="replace").strip().rpartition("\n")[2]


def launch(spare: Spare, spec: Spec) -> Launched:
    """Has it start a process. Raises CannotLaunchError, with what it said."""
    try:
        sockets = _greet(spare.control, spec)
    except OSError:
        raise CannotLaunchError(spare.end()) from None
    server, user = (sockets[1], None) if spec.namespaces else (None, spec.uid)
    return Launched(spare.process, spare.control, spare.output, sockets[0], server, user)


def _greet(own: socket.socket, spec: Spec) -> list[socket.socket]:
    text = spec.dump()
    own.settimeout(_START_SECONDS)
    own.sendall(len(text).to_bytes(ANNOUNCED, "big") + text)
    told, descriptors, _, _ = socket.recv_fds(own, 1, _MOST_SOCKETS)
    if not told:
        raise ConnectionResetError
    own.settimeout(None)
    return [socket.socket(fileno=each) for each in descriptors]
