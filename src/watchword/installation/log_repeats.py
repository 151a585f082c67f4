"""Lines of the operator's log that repeat: one a minute of each kind, and how many were left out.

Requests that break something, over and over, must not fill the log. A kind is what the code that writes the
line says, and where an exception was raised: so there are not many, and a request can't make more. Should
there be more than MOST_KINDS, the rest count as one.
"""

import logging
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

SECONDS = 60.0
MOST_KINDS = 1000

Kind = tuple[object, ...]
_OTHERS: Kind = ("others",)


@dataclass(slots=True)
class _Seen:
    """A kind of line since it was last written."""

    since: float
    last: logging.LogRecord | None = None
    """The last one that was left out."""
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
            self._seen[kind] = _Seen(self._monotonic())
            return True
        seen.last = copy(record)
        seen.last.exc_info = None  # it would keep alive all that the traceback refers to
        seen.left_out += 1
        return False

    def due(self, *, at_end: bool = False) -> list[logging.LogRecord]:
        """For each kind whose minute is over: the last line that was left out, with their number."""
        now = self._monotonic()
        over = [kind for kind, seen in self._seen.items() if at_end or now - seen.since >= SECONDS]
        found = []
        for kind in over:
            seen = self._seen.pop(kind)
            if seen.last is not None:
                seen.last.left_out = seen.left_out
                found.append(seen.last)
        return found


def _kind(record: logging.LogRecord) -> Kind:
    error, _, trace = record.exc_info or (None, None, None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ()
    return record.name, str(record.msg).partition("\n")[0], error, place
