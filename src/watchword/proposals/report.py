"""What came of a replay: how many requests would have been answered otherwise, whose, and why.

Only counts are kept, with some request ids each, so a log of any length fits into memory.
"""

from collections import Counter
from dataclasses import dataclass, field

from msgspec import Struct

from watchword.proposals.effects import Outcome
from watchword.proposals.recorded import Event

EXAMPLES = 3
"""Request ids that are kept of each row."""


@dataclass(slots=True)
class Row:
    """Decisions with the same effect: of one caller, on one action, for one reason."""

    count: int = 0
    last: str = ""
    examples: list[str] = field(default_factory=list)
    """The ids of some of the requests."""

    def add(self, event: Event) -> None:
        self.count += 1
        self.last = max(self.last, event.event_time)
        if len(self.examples) < EXAMPLES and event.request_id not in self.examples:
            self.examples.append(event.request_id)


class Group(Struct, frozen=True):
    """What the decisions of a row have in common."""

    outcome: Outcome
    caller: str
    action: str
    because: str


@dataclass(slots=True)
class Report:
    """What came of a replay."""

    requests: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """How many requests would have been answered otherwise, or may have been."""
    unreadable: int = 0
    first: str = ""
    last: str = ""
    """The times of the oldest and of the newest request."""
    rows: dict[Group, Row] = field(default_factory=dict)
    today: set[str] = field(default_factory=set)
    """Keys of the policy whose values are those of today."""

    def count(self, event: Event) -> None:
        """One more request."""
        self.requests += 1
        self.first = min(self.first or event.event_time, event.event_time)
        self.last = max(self.last, event.event_time)

    def add(self, group: Group, event: Event) -> None:
        """One more decision of a row."""
        self.rows.setdefault(group, Row()).add(event)

    @property
    def sorted_rows(self) -> list[tuple[Group, Row]]:
        """By outcome, the most frequent first."""
        order = list(Outcome)
        return sorted(self.rows.items(), key=lambda each: (order.index(each[0].outcome), -each[1].count))

    @property
    def unchanged(self) -> int:
        return self.requests - self.outcomes.total()
