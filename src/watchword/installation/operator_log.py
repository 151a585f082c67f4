"""The operator's log: a JSON line on standard error for an error inside the server, with the request id.

A traceback is reduced to places in the code and the exception's type: the text of an exception may contain
parts of the request, and no secret may get into a log. For the same reason only the first line of a message
is written: below it, asyncio prints the arguments of callbacks. The audit journal has what callers did.
Of lines that repeat there is one a minute, and then the last of those left out, with their number
(`log_repeats`). So no stranger can fill the log.
A line that can't be written (disk full, closed pipe) is dropped: no request fails because of the log.
"""

import json
import logging
import time
import traceback
from datetime import UTC, datetime

from watchword.installation.log_repeats import Repeats
from watchword.names.printable import printable

FRAMES = 8
_NO_EXTRAS = frozenset(vars(logging.makeLogRecord({})))


def configure() -> None:
    """To be called once in each process of a server."""
    handler = _Unfailing()
    handler.setFormatter(_Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


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


class _Lines(logging.Formatter):
    """A record as one line, with what its logger was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": record.getMessage().partition("\n")[0],
            **{name: value for name, value in vars(record).items() if name not in _NO_EXTRAS},
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            kind, _, trace = record.exc_info
            frames = traceback.extract_tb(trace)[-FRAMES:]
            line["exception"] = kind.__name__ if kind else ""
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return printable(json.dumps(line, default=str))
