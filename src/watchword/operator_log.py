"""What the operator reads: JSON lines on standard error, one for what broke, under the request's id.

A traceback is reduced to where it happened and the exception's type: an exception's own text may hold what
a request carried, and no secret may reach a log. What callers did stands in the audit journal, not here.
"""

import sys
import traceback
from collections.abc import MutableMapping
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _where(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        frames = traceback.extract_tb(trace)[-FRAMES:]
        event["exception"] = kind.__name__ if kind else ""
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event
