"""The operator's log: a JSON line on standard error for each error inside the server, with the request id.

A traceback is reduced to where it happened and the exception's type: an exception's own text may hold what
a request carried, and no secret may reach a log. What callers did stands in the audit journal, not here.
A line that can't be written (the disk is full, nobody reads the pipe any more) is lost: no request may fail
because its error can't be logged.
"""

import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

FRAMES = 8


def configure() -> None:
    """Called once by each process that serves."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=True,
    )


class _StandardError:
    """Where the lines go; the name of the method called is their level, which they carry themselves."""

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = exception = critical = msg


def _where(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        frames = traceback.extract_tb(trace)[-FRAMES:]
        event["exception"] = kind.__name__ if kind else ""
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event
