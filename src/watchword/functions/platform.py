"""Where functions run: the interpreter, the isolation, the unpacked packages, and the instances.

An instance gets what its plan says and nothing of the server: neither its environment nor its files. To call
the server, it uses a socket in its own network namespace; without namespaces, the server's own address.
"""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from watchword.functions import package
from watchword.functions.instance import Clocks, Instance, Limits
from watchword.functions.isolation import Isolation
from watchword.functions.pool import Pool
from watchword.functions.sandbox.launch import CannotLaunchError, Interpreter, Launched, Spare, launch
from watchword.functions.sandbox.spec import SERVER_PORT, TASK, Spec
from watchword.functions.slots import Slots

Adopt = Callable[[socket.socket], Callable[[], None]]
"""Has the server listen on a socket; returns what ends that."""
PYTHON = tuple(f"python3.{minor}" for minor in range(10, 15))
"""Runtimes of Python functions. Whichever it is, the server's own interpreter runs it."""
PROVIDED = ("provided.al2", "provided.al2023")
"""Runtimes of packages that bring a program, `bootstrap`."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_MEBIBYTE = 1 << 20
_SLACK = 192 << 20
"""Bytes that a process may map beyond its memory: stacks of threads and arenas, most of which it never
touches."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an instance is started with."""

    code: Path
    handler: str
    """Of a Python function; empty to run `bootstrap`."""
    environment: dict[str, str] = field(repr=False)
    memory: int
    storage: int
    """Both in MB."""
    seconds: float
    held: object
    """The credentials in its environment, as `Pool.run` asks about them."""


@dataclass
class Platform:
    """The functions of one process of the server."""

    interpreter: Interpreter
    isolation: Isolation
    folder: Path
    """Where packages are unpacked, in a directory for each boot of the host: what was written before a crash
    may not be whole."""
    endpoint: str
    adopt: Adopt | None = None
    """Of the server, once it runs."""
    clocks: Clocks = field(default_factory=Clocks)
    pool: Pool = field(init=False)
    _unpacking: threading.Lock = field(default_factory=threading.Lock)
    _keeping: threading.Lock = field(default_factory=threading.Lock)
    _spare: Spare | None = None
    """For the next instance, from when the first one was started."""
    _closed: bool = False

    def __post_init__(self) -> None:
        self.folder = self.folder / _BOOT.read_text().strip()
        (self.folder / "root").mkdir(parents=True, exist_ok=True)
        self.pool = Pool(self.clocks.monotonic, Slots(self.folder / "slots"))

    def unpacked(self, name: str, read: Callable[[], BinaryIO]) -> Path:
        """The directory of a package; `read` opens the archive if it isn't unpacked yet."""
        target = self.folder / "code" / name
        if not target.exists():
            with self._unpacking, read() as source:
                package.unpack(source, target)
        return target

    def start(self, plan: Plan) -> Instance:
        """A new instance. Raises CannotLaunchError."""
        private = None if self.isolation.namespaces else self._private(plan)
        try:
            launched = self._launch(self._spec(plan, private))
        except BaseException:
            _remove(private)
            raise
        try:
            self._keep(Spare.start(self.interpreter))
            leave = self._serve(launched)
        except BaseException:
            launched.end()
            _remove(private)
            raise

        def ended() -> None:
            leave()
            _remove(private)

        limits = Limits(plan.seconds, plan.memory * _MEBIBYTE)
        return Instance(launched, limits, plan.held, self.clocks, ended)

    def reset(self, now: datetime) -> None:
        self.pool.reset(now)

    def close(self) -> None:
        self.pool.stop()
        self._closed = True
        self._keep(None)

    def end_idle(self) -> None:
        """Ends what wasn't used for long; the launcher that is kept too, once there is no instance."""
        self.pool.end_idle()
        if self.pool.empty:
            self._keep(None)

    def _launch(self, spec: Spec) -> Launched:
        """By the launcher that was kept; by a new one if there is none, or if it can't any more."""
        with self._keeping:
            spare, self._spare = self._spare, None
        if spare:
            with suppress(CannotLaunchError):
                return launch(spare, spec)
        return launch(Spare.start(self.interpreter), spec)

    def _keep(self, spare: Spare | None) -> None:
        """Keeps that one for the next instance, and no other."""
        with self._keeping:
            surplus, self._spare = self._spare, None if self._closed else spare
            unwanted = spare if self._closed else None
        for each in (surplus, unwanted):
            if each:
                each.end()

    def _spec(self, plan: Plan, private: Path | None) -> Spec:
        task = str(private / "task") if private else TASK
        endpoint = self.endpoint if private else f"http://127.0.0.1:{SERVER_PORT}"
        python = os.pathsep.join((task, "/opt/python", *self.interpreter.paths))
        environment = {
            "AWS_ENDPOINT_URL": endpoint,
            "PYTHONPATH": python,
            **({"TMPDIR": str(private / "tmp"), "HOME": str(private / "tmp")} if private else {}),
            **plan.environment,
            "LAMBDA_TASK_ROOT": task,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
        }
        return Spec(
            namespaces=private is None,
            user_namespace=self.isolation is Isolation.USER_NAMESPACES,
            root=str(private or self.folder / "root"),
            uid=private.stat().st_uid if private else self.isolation.new_user(),
            code=str(private / "task") if private else str(plan.code),
            places=list(self.interpreter.places),
            paths=list(self.interpreter.paths),
            handler=plan.handler,
            environment=environment,
            memory=plan.memory * _MEBIBYTE + _SLACK,
            storage=plan.storage * _MEBIBYTE,
        )

    def _private(self, plan: Plan) -> Path:
        """A directory with the package and a /tmp, for a process that sees the host's file system."""
        private = Path(tempfile.mkdtemp(prefix="watchword-function-"))
        user = self.isolation.new_user()
        shutil.copytree(plan.code, private / "task")
        (private / "tmp").mkdir(mode=0o700)
        for place in (private, private / "tmp"):
            os.chown(place, user, user)
        return private

    def _serve(self, launched: Launched) -> Callable[[], None]:
        if launched.server is None or self.adopt is None:
            return lambda: None
        return self.adopt(launched.server)


def _remove(private: Path | None) -> None:
    if private:
        shutil.rmtree(private, ignore_errors=True)
