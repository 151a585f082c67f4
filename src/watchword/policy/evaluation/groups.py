"""Which entries name an action. Those whose Action elements are equal make a group, and are asked once.

The groups that name an action are one integer: a bit for each. Buckets' policies often differ in what they
are about and not in their actions; then their indexes share what is known about actions.
"""

from collections import defaultdict
from collections.abc import Sequence
from weakref import WeakValueDictionary

from watchword.names.glob import Match
from watchword.policy.evaluation.compile import Actions
from watchword.policy.evaluation.entries import Entry

_MOST_NAMES = 1024


class Naming(dict[str, int]):
    """By an action's lower-case name: which of some Action elements name it, a bit for each."""

    __slots__ = ("__weakref__", "_by_action", "_by_pattern")

    def __init__(self, elements: Sequence[Actions]) -> None:
        super().__init__()
        self._by_action: defaultdict[str, int] = defaultdict(int)
        """Those that list whole actions,"""
        self._by_pattern: list[tuple[Match, int]] = []
        """and all others."""
        for place, element in enumerate(elements):
            for action in element.all:
                self._by_action[action] |= 1 << place
            if not element.all:
                self._by_pattern.append((element.name, 1 << place))

    def find(self, name: str) -> int:
        """Those that name an action that isn't here yet."""
        found = self._by_action.get(name, 0)
        for names, bit in self._by_pattern:
            if names(name):
                found |= bit
        if len(self) >= _MOST_NAMES:
            self.clear()
        self[name] = found
        return found


_SHARED: WeakValueDictionary[tuple[Match, ...], Naming] = WeakValueDictionary()
"""By what says whether an element names an action: the same object for equal elements, mostly."""


def _naming(elements: Sequence[Actions]) -> Naming:
    key = tuple([each.name for each in elements])
    found = _SHARED.get(key)
    if found is None:
        found = _SHARED[key] = Naming(elements)
    return found


class Groups:
    """Entries in a fixed order, by their Action elements."""

    __slots__ = ("_entries", "_numbers", "naming")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        numbers: defaultdict[Match, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            numbers[entry.cited.rule.actions.name].append(number)
        self._numbers = list(numbers.values())
        self.naming = _naming([entries[members[0]].cited.rule.actions for members in self._numbers])

    def entries(self, groups: int) -> list[Entry]:
        """The entries of groups, in their order."""
        found: list[int] = []
        for group, numbers in enumerate(self._numbers):
            if groups >> group & 1:
                found += numbers
        found.sort()
        return [self._entries[number] for number in found]
