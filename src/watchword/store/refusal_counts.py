"""How many refusals of strangers have an audit record of their own, and how many only a count.

Without a limit, anyone on the network could fill the disk with records of what they are refused
(docs/decisions/0015). The first `per_minute` of each minute are recorded one by one. The others are counted,
by where they came from and what they were answered: in at most MOST_COUNTS counts, beyond which the place is
left out.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

MOST_COUNTS = 100
MINUTE = 60


class Refused(NamedTuple):
    """What is counted together."""

    source: str
    """The client's address; empty for all others."""
    code: str
    """Of the error."""


class RefusalCounts:
    """The refusals of one process, for any number of threads."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._lock = threading.Lock()
        self._minute = 0
        self._recorded = 0
        self._counts: Counter[Refused] = Counter()

    def admit(self, refused: Refused, now: datetime, *, spare: bool = False) -> bool:
        """Whether a refusal is recorded by itself; otherwise it is counted.

        spare: whether there is room for counts only.
        """
        with self._lock:
            if (minute := int(now.timestamp()) // MINUTE) != self._minute:
                self._minute, self._recorded = minute, 0
            if not spare and self._recorded < self._per_minute:
                self._recorded += 1
                return True
            self._count(refused, 1)
            return False

    def take(self) -> list[tuple[Refused, int]]:
        """The counts so far, which then begin at zero again."""
        with self._lock:
            taken = self._counts.most_common()
            self._counts.clear()
        return taken

    def put_back(self, counts: Iterable[tuple[Refused, int]]) -> None:
        """Counts that couldn't be recorded."""
        with self._lock:
            for refused, count in counts:
                self._count(refused, count)

    def _count(self, refused: Refused, count: int) -> None:
        if refused not in self._counts and len(self._counts) >= MOST_COUNTS:
            refused = Refused("", refused.code)
        self._counts[refused] += count
