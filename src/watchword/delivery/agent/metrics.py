"""How the agent is doing, in the text that Prometheus reads.

Names of roles and sessions are the operator's own; no credential and no token is among the values.
Source: Prometheus documentation, "Exposition formats", text-based format.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from watchword.delivery.agent.state import State
from watchword.delivery.agent.sts import Wanted
from watchword.delivery.link import Link
from watchword.delivery.supply import Supply
from watchword.names import HttpRequest, HttpResponse

PATH = "/metrics"
_KIND = ("content-type", "text/plain; version=0.0.4")
_FAMILIES = {
    "credentials_seconds": ("gauge", "Seconds until the credentials end; 0 where there are none."),
    "renewals_total": ("counter", "How often the server gave credentials."),
    "renewal_failures_total": ("counter", "How often it gave none."),
    "failing": ("gauge", "1 if it gave none when it was asked last."),
}


class Metrics:
    """Counts, and tells. For any thread."""

    def __init__(self) -> None:
        self.file_is_current = True
        """Whether the file could be read when it changed last."""
        self._answers: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()

    def count(self, endpoint: str, status: int) -> None:
        with self._lock:
            self._answers[endpoint, status] += 1

    def respond(self, request: HttpRequest, link: Link, state: State, now: datetime) -> HttpResponse:
        """The answer to a request for metrics."""
        if not link.is_direct(request):
            return _answer(403, "The request came by another name or through a proxy.\n")
        if request.method not in {"GET", "HEAD"}:
            return _answer(405, "Metrics are read with GET.\n", ("allow", "GET, HEAD"))
        if request.path != PATH:
            return _answer(404, f"Metrics are at {PATH}.\n")
        return _answer(200, "".join(f"{line}\n" for line in self._lines(state, now)))

    def _lines(self, state: State, now: datetime) -> Iterator[str]:
        yield from _family("file_is_current", "gauge", "Whether the agent's file could be read last.")
        yield f"watchword_agent_file_is_current {int(self.file_is_current)}"
        yield from _family("answers_total", "counter", "Answers, by endpoint and status.")
        with self._lock:
            answers = dict(self._answers)
        for (endpoint, status), count in sorted(answers.items()):
            yield f'watchword_agent_answers_total{{endpoint="{endpoint}",status="{status}"}} {count}'
        yield from _supplies(state.supplies, now)


def _supplies(supplies: Mapping[Wanted, Supply], now: datetime) -> Iterator[str]:
    values = {wanted: _values(supply, now) for wanted, supply in sorted(supplies.items())}
    for name, (kind, meaning) in _FAMILIES.items():
        yield from _family(name, kind, meaning)
        for wanted, of in values.items():
            labels = f'role="{_escaped(wanted.role)}",session="{_escaped(wanted.session_name)}"'
            yield f"watchword_agent_{name}{{{labels}}} {of[name]}"


def _values(supply: Supply, now: datetime) -> dict[str, int]:
    held = supply.held
    return {
        "credentials_seconds": int((held.expires - now).total_seconds()) if held else 0,
        "renewals_total": supply.renewals,
        "renewal_failures_total": supply.failures,
        "failing": int(supply.failure is not None),
    }


def _family(name: str, kind: str, meaning: str) -> Iterable[str]:
    return f"# HELP watchword_agent_{name} {meaning}", f"# TYPE watchword_agent_{name} {kind}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _answer(status: int, said: str, *more: tuple[str, str]) -> HttpResponse:
    body = said.encode()
    return HttpResponse(status, (_KIND, *more, ("content-length", str(len(body)))), body)
