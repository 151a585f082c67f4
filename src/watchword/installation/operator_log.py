"""The operator's log: a JSON line on standard error for each error inside the server, with the request id.

A traceback is reduced to places in the code and the exception's type: the text of an exception may contain
parts of the request, and no secret may get into a log. The audit journal has what callers did.
A line that can't be written (disk full, closed pipe) is dropped: no request fails because of the log.
"""

import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

FRAMES = 8


def configure() -> None:
    """To be called once in each process of a server."""
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
    """Writes lines to standard error. All levels are written alike: a line contains its level."""

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
