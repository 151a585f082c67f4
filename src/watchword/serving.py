"""The server of a world, in this process or in one of several workers."""

import gc
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from watchword.access.refusals import record_counts
from watchword.gateway import Application, ConnectionLimits, Hooks, Server
from watchword.gateway.event_queue import EventQueue
from watchword.gateway.jobs import Jobs
from watchword.gateway.memory import give_back, share_arenas
from watchword.gateway.runner import Runner
from watchword.installation import operator_log
from watchword.installation.memory import divide
from watchword.wire import Models
from watchword.world import World

CALLED_BY_ALL = ("iam", "s3", "sts")
"""Services that nearly every client calls. The models of all others take memory once they are called."""


@contextmanager
def serving(
    world: World,
    listener: socket.socket,
    tls: ssl.SSLContext | None = None,
    limits: ConnectionLimits | None = None,
    application: Application | None = None,
) -> Iterator[Server]:
    """A server, to be run in this block. At its end the jobs are stopped and the world is closed."""
    with ExitStack() as parts:
        parts.callback(world.close)
        share_arenas()
        log = operator_log.configure(world.settings.log)
        parts.callback(log.close)
        world.journal.keep_reserve()
        warm(world.models)
        parts.callback(_record_counts, world)
        jobs = Jobs(world, time.monotonic)
        jobs.start()
        parts.callback(jobs.stop)
        performing: list[Runner | EventQueue] = [Runner(world)]
        if world.functions:
            performing.append(EventQueue(world))
        for each in performing:
            each.start()
            parts.callback(each.stop)
        limits = limits or ConnectionLimits(max_held=divide(world.settings.memory).held)
        server = Server(
            application or Application(world),
            listener,
            world.settings.data,
            tls=tls,
            limits=limits,
            hooks=Hooks(partial(_leave, performing), partial(_end, world)),
        )
        if world.functions:
            world.functions.adopt = server.adopt
        yield server


def _leave(performing: Iterable[Runner | EventQueue]) -> None:
    for each in performing:
        each.leave()


def _end(world: World) -> None:
    if world.functions:
        world.functions.close()


def _record_counts(world: World) -> None:
    with suppress(OSError):
        record_counts(world)


def run(server: Server, greet: Callable[[], None] = lambda: None) -> None:
    """Serves until a signal ends it, in the main thread. From when it greets, that is an orderly end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    greet()
    server.run()


def warm(models: Models) -> None:
    """Reads models now, rather than at the first request."""
    for service in CALLED_BY_ALL:
        models.service(service).warm()
    give_back()  # what was needed to read them
    gc.freeze()  # models stay for good: looking through them again and again finds no garbage
