"""Lines of the operator's log that repeat: one a minute of each kind, and how many there would have been.

Requests that break something, over and over, must not fill the log. A kind is what the code that writes the
line says, and where an exception was raised: so there are not many, and a request can't make more. Should
there be more than MOST_KINDS, the rest count as one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 60.0
MOST_KINDS = 1000

Kind = tuple[object, ...]
_OTHERS: Kind = ("others",)


@dataclass(slots=True)
class _Seen:
    """A kind of line since it was last written."""

    since: float
    name: str
    message: str
    left_out: int = 0


class Repeats:
    """What was written within the last minute."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seen: dict[Kind, _Seen] = {}

    def admit(self, record: logging.LogRecord) -> bool:
        """Whether a line is to be written; otherwise it is counted."""
        kind = _kind(record)
        if kind not in self._seen and len(self._seen) >= MOST_KINDS:
            kind = _OTHERS
        seen = self._seen.get(kind)
        if seen is None:
            self._seen[kind] = _Seen(self._monotonic(), record.name, _first_line(record))
            return True
        seen.left_out += 1
        return False

    def due(self, *, all_of_them: bool = False) -> list[logging.LogRecord]:
        """Lines that say how many were left out, of each kind whose minute is over."""
        now = self._monotonic()
        over = [kind for kind, seen in self._seen.items() if all_of_them or now - seen.since >= SECONDS]
        return [_told(seen) for kind in over if (seen := self._seen.pop(kind)).left_out]


def _kind(record: logging.LogRecord) -> Kind:
    error, _, trace = record.exc_info or (None, None, None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ()
    return record.name, _first_line(record), error, place


def _first_line(record: logging.LogRecord) -> str:
    return str(record.msg).partition("\n")[0]


def _told(seen: _Seen) -> logging.LogRecord:
    said = {"name": seen.name, "msg": seen.message, "levelno": logging.WARNING, "levelname": "WARNING"}
    return logging.makeLogRecord({**said, "left_out": seen.left_out})
