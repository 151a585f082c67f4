"""The operator's log, on standard error: errors inside the server, and lines about requests.

On a terminal a line is text, elsewhere JSON.

1. Of an error a line says where it happened, with the request id. A traceback is reduced to places in the
   code and the exception's type: the text of an exception may contain parts of the request, and no secret may
   get into a log. For the same reason only the first line of a message is written: below it, asyncio prints
   the arguments of callbacks.
2. Lines about requests come from `access.request_lines`. They are written by a thread of their own: a
   terminal that is paused doesn't hold the server. When it can't keep up, lines are dropped and counted.
3. Of lines that repeat there is one a minute, and then the last of those left out, with their number
   (`log_repeats`). So no stranger can fill the log. Requests of known callers are shown one by one, and on a
   terminal those of strangers too.
4. A line that can't be written (disk full, closed pipe) is dropped: no request fails because of the log.
"""

import json
import logging
import os
import queue
import sys
import threading
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime

from watchword.installation.log_repeats import Repeats
from watchword.installation.settings import Log
from watchword.names.printable import printable

KNOWN, STRANGERS = "watchword.requests", "watchword.requests.strangers"
"""The loggers of requests: of callers with an account, and of all others."""
FRAMES = 8
MOST_WAITING = 1000
"""Lines about requests that wait to be written."""
LAST_LINES_SECONDS = 1.0
"""How long the end of a server waits for them."""
STANDARD_ERROR = 2
_END = "\n"
_LEVELS = {Log.ERRORS: logging.CRITICAL, Log.REFUSALS: logging.WARNING, Log.REQUESTS: logging.INFO}
_NO_EXTRAS = frozenset(vars(logging.makeLogRecord({})))
_REQUESTS = logging.getLogger(KNOWN)
_REQUESTS.propagate = False
_REQUESTS.setLevel(logging.CRITICAL)


class OperatorLog:
    """The log of this process, until it is closed."""

    def __init__(self, shown: Log, *, terminal: bool) -> None:
        form = _Text() if terminal else _Json()
        errors = _Unfailing()
        errors.setFormatter(form)
        logging.basicConfig(handlers=[errors], level=logging.WARNING, force=True)
        one_by_one = {KNOWN, STRANGERS} if terminal or shown is Log.REQUESTS else {KNOWN}
        self._requests = _Waiting(one_by_one)
        self._requests.setFormatter(form)
        _REQUESTS.setLevel(_LEVELS[shown])
        _REQUESTS.handlers = [self._requests]

    def close(self) -> None:
        """Writes what waits. Errors are logged until the process ends."""
        _REQUESTS.setLevel(logging.CRITICAL)
        _REQUESTS.handlers = []
        self._requests.close()


def configure(shown: Log = Log.ERRORS) -> OperatorLog:
    """To be called once in each process of a server."""
    return OperatorLog(shown, terminal=sys.stderr.isatty())


class _Waiting(logging.Handler):
    """Lines about requests, which a thread writes.

    The thread holds no lock while it writes, so a paused terminal holds up nothing, not even the end.
    """

    def __init__(self, one_by_one: set[str]) -> None:
        super().__init__()
        self._one_by_one = one_by_one
        self._repeats = Repeats(time.monotonic)
        self._lines: queue.Queue[str] = queue.Queue(MOST_WAITING)
        self._dropped = 0
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        for due in self._repeats.due():
            self._put(self.format(due))
        if record.name in self._one_by_one or self._repeats.admit(record):
            self._put(self.format(record))

    def close(self) -> None:
        for due in self._repeats.due(at_end=True):
            self._put(self.format(due))
        self._put(_END)
        self._writer.join(LAST_LINES_SECONDS)
        if self._dropped and not self._writer.is_alive():
            logging.getLogger(__name__).warning("%d lines about requests were dropped", self._dropped)
        super().close()

    def _put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def _write(self) -> None:
        while (line := self._lines.get()) is not _END:
            rest = f"{line}\n".encode()
            with suppress(OSError):
                while rest:
                    rest = rest[os.write(STANDARD_ERROR, rest) :]


class _Unfailing(logging.StreamHandler):  # type: ignore[type-arg]  # of whatever standard error is
    """Writes to standard error if it can, and what repeats not too often. One thread at a time is here."""

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats(time.monotonic)

    def emit(self, record: logging.LogRecord) -> None:
        for due in self._repeats.due():
            super().emit(due)
        if self._repeats.admit(record):
            super().emit(record)

    def close(self) -> None:
        """At the end of the process: what was left out is told now."""
        for due in self._repeats.due(at_end=True):
            super().emit(due)
        super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's name
        """Nothing: see the head of this file."""


class _Json(logging.Formatter):
    """A record as one line, with what its logger was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": _event(record),
            **_extras(record),
            "level": record.levelname.lower(),
            "timestamp": _moment(record).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            line["exception"], line["at"] = _failure(record)
        return printable(json.dumps(line, default=str))


class _Text(logging.Formatter):
    """A record as a line for people."""

    def format(self, record: logging.LogRecord) -> str:
        extras = _extras(record)
        if record.name in (KNOWN, STRANGERS):
            text = _request(_event(record), extras)
        else:
            more = [f"{name} {value}" for name, value in extras.items()]
            if record.exc_info:
                kind, places = _failure(record)
                more += [kind, *reversed(places)]
            text = "; ".join([f"{record.levelname.lower()}: {_event(record)}", *more])
        return printable(f"{_moment(record):%H:%M:%S}Z {text}")


def _request(code: str, names: dict[str, object]) -> str:
    on = f" on {names['resource']}" if names["resource"] else ""
    line = f"{code} {names['action']}{on} by {names['principal']}"
    return f"{line} from {names['source']}: watchword explain {names['request_id']}"


def _event(record: logging.LogRecord) -> str:
    return record.getMessage().partition("\n")[0]


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _NO_EXTRAS}


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _failure(record: logging.LogRecord) -> tuple[str, list[str]]:
    """The type of the exception, and where it was raised."""
    assert record.exc_info
    kind, _, trace = record.exc_info
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return kind.__name__ if kind else "", [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
