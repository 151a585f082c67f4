"""Which entries name an action. Those whose Action elements are equal make a group, and are asked once.

The groups that name an action are one integer: a bit for each.
"""

from collections import defaultdict
from collections.abc import Sequence

from watchword.names.glob import Match
from watchword.policy.evaluation.entries import Entry


class Groups:
    """Entries in a fixed order, by their Action elements."""

    __slots__ = ("_by_action", "_by_pattern", "_entries", "_numbers")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        numbers: defaultdict[Match, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            numbers[entry.cited.rule.actions.name].append(number)
        self._numbers = list(numbers.values())
        self._by_action: defaultdict[str, int] = defaultdict(int)
        """The groups that name whole actions,"""
        self._by_pattern: list[tuple[Match, int]] = []
        """and all others."""
        for group, members in enumerate(self._numbers):
            actions = entries[members[0]].cited.rule.actions
            for action in actions.all:
                self._by_action[action] |= 1 << group
            if not actions.all:
                self._by_pattern.append((actions.name, 1 << group))

    def naming(self, name: str) -> int:
        """The groups that name an action, by its lower-case name."""
        found = self._by_action.get(name, 0)
        for names, group in self._by_pattern:
            if names(name):
                found |= group
        return found

    def entries(self, groups: int) -> list[Entry]:
        """The entries of groups, in their order."""
        found: list[int] = []
        for group, numbers in enumerate(self._numbers):
            if groups >> group & 1:
                found += numbers
        found.sort()
        return [self._entries[number] for number in found]
