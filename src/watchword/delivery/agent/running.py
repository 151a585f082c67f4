"""Runs the agent: its endpoints, a thread that renews, and a look at its files once a second.

A file that changed and can't be read is told in the log, and the agent goes on as before. SIGHUP has it read
again whatever its time stamp says. SIGTERM ends the agent.
"""

import logging
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType

from watchword.delivery.agent.containers import WELL_KNOWN as OF_CONTAINERS
from watchword.delivery.agent.containers import Containers
from watchword.delivery.agent.metrics import Metrics
from watchword.delivery.agent.state import state_of
from watchword.delivery.agent.written import read
from watchword.delivery.link import Link
from watchword.delivery.metadata.endpoint import WELL_KNOWN as OF_METADATA
from watchword.delivery.metadata.endpoint import Metadata
from watchword.delivery.metadata.session_tokens import SessionTokens
from watchword.delivery.renewing import renewing
from watchword.delivery.served import Answers, serving
from watchword.delivery.supply import NotIssued, Supply
from watchword.names import HttpRequest, HttpResponse

LOOK_SECONDS = 1.0
IMDS, CONTAINER, METRICS = "imds", "container", "metrics"
Address = tuple[str, int]

log = logging.getLogger(__name__)


class Agent:
    """What the endpoints answer from."""

    def __init__(self, file: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Raises OSError and ValueError for a file that can't be read."""
        self._file, self._now = file, now
        self._metrics = Metrics()
        self.state = state_of(read(file), now)
        self._seen = self._stamps()
        metadata = Metadata(lambda: self.state.told, SessionTokens(secrets.token_bytes, time.monotonic), now)
        containers = Containers(lambda: self.state.workloads, lambda: self.state.pods)
        self._endpoints: Mapping[str, tuple[Callable[..., HttpResponse | None], Sequence[str]]] = {
            IMDS: (metadata.respond, OF_METADATA),
            CONTAINER: (containers.respond, OF_CONTAINERS),
            METRICS: (self._tell, ()),
        }

    def meet(self, endpoint: str, connection: socket.socket) -> Answers:
        """What answers the requests of a connection to an endpoint."""
        answer, well_known = self._endpoints[endpoint]
        link = Link(connection, well_known)

        def respond(request: HttpRequest, wait: bool) -> HttpResponse | None:  # noqa: FBT001 as Respond
            found = answer(request, link, wait=wait)
            if found:
                self._metrics.count(endpoint, found.status)
            return found

        return Answers(respond)

    def supplies(self) -> Iterable[Supply]:
        """All that is to be renewed, the agent's own credentials first."""
        own = self.state.asking.source.own
        return [*([own] if own else []), *self.state.supplies.values()]

    def warm(self) -> None:
        """Gets what somebody will ask for, and with it the agent's own credentials."""
        told = self.state.told
        first = told.supply if told else self.state.asking.source.own
        try:
            if first:
                first.get()
        except NotIssued:
            pass  # the supply told it

    def look(self, *, anyway: bool = False) -> None:
        """Reads the files again if one changed."""
        stamps = self._stamps()
        if stamps == self._seen and not anyway:
            return
        self._seen = stamps
        try:
            self.state = state_of(read(self._file), self._now, self.state)
        except (OSError, ValueError) as wrong:
            self._metrics.file_is_current = False
            log.error("%s: %s; the agent goes on as before", self._file, wrong)  # noqa: TRY400 the file's error
        else:
            self._metrics.file_is_current = True
            log.info("%s was read again", self._file)
        self._seen = self._stamps()

    def _stamps(self) -> list[tuple[int, ...]]:
        file = self.state.file
        others = [each.token_file for each in file.workloads.values()]
        others += [file.instance.identity_certificate] if file.instance else []
        return [_stamp(each) for each in (self._file, *map(Path, filter(None, others)))]

    def _tell(self, request: HttpRequest, link: Link, *, wait: bool) -> HttpResponse:  # noqa: ARG002 never waits
        return self._metrics.respond(request, link, self.state, self._now())


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        about = file.lstat()
    except OSError:
        return ()
    return about.st_ino, about.st_mtime_ns, about.st_ctime_ns, about.st_size


def run(agent: Agent, places: Iterable[tuple[str, Address]], ready: Callable[[str, str], None]) -> None:
    """Serves until SIGTERM or ^C, in the main thread. `ready` hears where. Raises OSError."""
    ended, again = threading.Event(), threading.Event()
    for number, event in ((signal.SIGTERM, ended), (signal.SIGINT, ended), (signal.SIGHUP, again)):
        signal.signal(number, partial(_set, event))
    with ExitStack() as stack:
        for endpoint, address in places:
            listener = stack.enter_context(_listener(address))
            stack.enter_context(serving(listener, partial(agent.meet, endpoint)))
            ready(endpoint, _url(listener))
        stack.enter_context(renewing(agent.supplies))
        threading.Thread(target=agent.warm, daemon=True).start()
        while not ended.wait(LOOK_SECONDS):
            anyway = again.is_set()
            again.clear()
            agent.look(anyway=anyway)


def _set(event: threading.Event, _number: int, _frame: FrameType | None) -> None:
    event.set()


def _listener(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return socket.create_server(address, family=family)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
