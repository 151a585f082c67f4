"""Which statements may apply to a request: an index by resource, then by action.

An entry is filed under the part of its resource pattern before the first wildcard. Of all these prefixes, one
binary search finds the longest that a resource starts with. It knows the next shorter one, and so on up to
the empty prefix. What is filed there and names the action is gathered when a request first asks for it, and
cached. Looking at every statement gives the same result (tested).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.entries import Candidates, Cited, Entry

LEAST_CACHED, CACHED_OF_A_STATEMENT = 1 << 13, 1 << 7
"""References to entries that the cache of an index holds: in any case, and more for each statement."""
_A_CANDIDATE = 16
"""References that take the memory of one `Candidates`."""
SOME = 32
"""Allows of one type that are looked at for what nearly applied."""
_MOST_ALLOWING = 256
_FEW = 8
"""Entries under one prefix that are looked through one by one."""
_NOTHING: Mapping[str, Candidates] = MappingProxyType({})


class Place:
    """What is filed under one prefix."""

    __slots__ = ("_by_action", "_entries", "_others", "above", "asked", "prefix")

    def __init__(self, prefix: str, above: "Place | None", entries: Sequence[Entry]) -> None:
        self.prefix = prefix
        self.above = above
        """The place of the longest shorter prefix."""
        self.asked = _NOTHING
        """By action: the candidates of this place and those above."""
        self._entries = self._others = entries
        self._by_action: dict[str, list[Entry]] | None = None

    def naming(self, name: str) -> list[Entry]:
        """The entries of this place that name an action."""
        if self._by_action is None and len(self._entries) > _FEW:
            self._file()
        found = [entry for entry in self._others if entry.names(name)]
        return found + self._by_action.get(name, []) if self._by_action else found

    def keep(self, name: str, found: Candidates) -> None:
        """Caches them. `asked` is read once, because another thread may call `forget` meanwhile."""
        asked = self.asked
        if isinstance(asked, dict):
            asked[name] = found
        else:
            self.asked = {name: found}

    def forget(self) -> None:
        self.asked = _NOTHING

    def _file(self) -> None:
        """By action; apart from those that have wildcards in their actions."""
        by_action: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            for action in entry.cited.rule.actions.all:
                by_action[action].append(entry)
        self._others = [entry for entry in self._entries if not entry.cited.rule.actions.all]
        self._by_action = dict(by_action)


class Index:
    """Statements by resource and action."""

    __slots__ = ("_allowing", "_cached", "_most_cached", "_places", "_prefixes", "_statements", "sources")

    def __init__(self, sources: tuple[Source, ...], statements: Sequence[Cited]) -> None:
        self.sources = sources
        """The policies that the statements are from; they live as long as the index."""
        self._statements = statements
        self._places = list(_places(statements))
        self._prefixes = [place.prefix for place in self._places]
        self._cached, self._most_cached = 0, LEAST_CACHED + CACHED_OF_A_STATEMENT * len(statements)
        self._allowing: dict[str, Mapping[PolicyType, list[Cited]]] = {}

    def candidates(self, name: str, resource: str) -> Candidates:
        """What names an action, by its lower-case name, and may match a resource."""
        place = self._places[bisect_right(self._prefixes, resource) - 1]
        while not resource.startswith(place.prefix):
            place = place.above  # type: ignore[assignment]  # every text starts with the empty prefix
        return place.asked.get(name) or self._gather(place, name)

    def allowing(self, name: str) -> Mapping[PolicyType, list[Cited]]:
        """Allows that name an action, even those that can't apply to the caller: some of each type."""
        found = self._allowing.get(name)
        if found is None:
            if len(self._allowing) >= _MOST_ALLOWING:
                self._allowing.clear()
            found = self._allowing[name] = self._find_allowing(name)
        return found

    def _find_allowing(self, name: str) -> Mapping[PolicyType, list[Cited]]:
        found: defaultdict[PolicyType, list[Cited]] = defaultdict(list)
        for each in self._statements:
            if not each.rule.deny and len(found[each.type]) < SOME and each.rule.actions.name(name):
                found[each.type].append(each)
        return dict(found)

    def _gather(self, asked: Place, name: str) -> Candidates:
        """Exact patterns of a shorter prefix can't match: the resource is longer than they are."""
        found = asked.naming(name)
        place = asked.above
        while place is not None:
            found += [entry for entry in place.naming(name) if not entry.exact]
            place = place.above
        candidates = Candidates(tuple(found))
        self._cached += _A_CANDIDATE + len(found)
        if self._cached > self._most_cached:
            self._cached = 0
            for each in self._places:
                each.forget()
        asked.keep(name, candidates)
        return candidates


def _places(statements: Sequence[Cited]) -> Iterator[Place]:
    """In the order of their prefixes; the first is that of the empty prefix."""
    filed: defaultdict[str, list[Entry]] = defaultdict(list)
    for cited in statements:
        if cited.bits:
            for target in cited.targets:
                filed[target.prefix].append(Entry(cited, target))
    above = Place("", None, filed.pop("", ()))
    yield above
    for prefix in sorted(filed):
        while not prefix.startswith(above.prefix):
            above = above.above  # type: ignore[assignment]  # every text starts with the empty prefix
        above = Place(prefix, above, filed[prefix])
        yield above
