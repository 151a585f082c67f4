"""Which statements may apply to a request: an index by action, then by resource.

What names an action is filed when the action is first asked for; actions that the same statements name share
it. The texts that start with a prefix are an interval in the order of texts. Of two such intervals one lies
within the other, or they are apart. So their ends cut all texts into pieces, and all resources of one piece
have the same candidates. One binary search finds the piece. Its candidates are gathered when it is first
asked for, and cached. Looking at every statement gives the same result (tested).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.entries import Candidates, Cited, Entry
from watchword.policy.evaluation.groups import Groups

LEAST_CACHED, CACHED_OF_A_STATEMENT = 1 << 13, 1 << 7
"""References that the cache of an index holds: in any case, and more for each statement."""
_OF_AN_OBJECT = 16
"""References that take the memory of a `Candidates`."""
_UNKNOWN = -1
"""Groups that no index has: what an action is asked about that was never asked about."""
SOME = 32
"""Allows of one type that are looked at for what nearly applied."""
_MOST_ALLOWING = 256


class Filed(Struct, frozen=True, eq=False, gc=False):
    """What names an action, by resource."""

    cuts: tuple[str, ...]
    """Where all texts are cut into pieces, in order."""
    places: tuple[Candidates, ...]
    """What is filed for each piece: one more."""


class Index:
    """Statements by action and resource."""

    __slots__ = (
        "_allowing",
        "_cached",
        "_groups",
        "_most_cached",
        "_statements",
        "filed",
        "naming",
    )

    def __init__(self, statements: Sequence[Cited]) -> None:
        self._statements = statements
        applicable = (cited for cited in statements if cited.bits)
        entries = (Entry(cited, target) for cited in applicable for target in cited.targets)
        self._groups = Groups(sorted(entries, key=_order))
        self.naming = self._groups.naming
        """By action: the groups that name it."""
        self.filed: dict[int, Filed] = {}
        """By groups."""
        self._cached, self._most_cached = 0, LEAST_CACHED + CACHED_OF_A_STATEMENT * len(statements)
        self._allowing: dict[str, Mapping[PolicyType, list[Cited]]] = {}

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

    def file(self, name: str) -> Filed:
        groups = self.naming.find(name)
        filed = self.filed.get(groups)
        if filed is None:
            entries = self._groups.entries(groups)
            self._make_room((_OF_AN_OBJECT + 1) * len(entries) + _OF_AN_OBJECT)
            filed = self.filed[groups] = _file(entries)
        return filed

    def gather(self, place: Candidates) -> None:
        self._make_room(place.gather())

    def _make_room(self, references: int) -> None:
        """For so many more: where there are too many, all that is filed goes."""
        self._cached += references
        if self._cached > self._most_cached:
            self._cached = references
            self.filed.clear()


def candidates(indexes: Iterable[Index], name: str, resource: str) -> list[Candidates]:
    """What names an action, by its lower-case name, and may match a resource: of each index."""
    found = []
    for index in indexes:
        filed = index.filed.get(index.naming.get(name, _UNKNOWN)) or index.file(name)
        place = filed.places[bisect_right(filed.cuts, resource)]
        if not place.gathered:
            index.gather(place)
        found.append(place)
    return found


def _order(entry: Entry) -> tuple[str, bool]:
    return entry.target.prefix, entry.target.exact


def _file(entries: Sequence[Entry]) -> Filed:
    pieces = list(_pieces(entries))
    return Filed(tuple([start for start, _ in pieces[1:]]), tuple([place for _, place in pieces]))


def _pieces(entries: Sequence[Entry]) -> Iterator[tuple[str, Candidates]]:
    """Where each piece of all texts begins, and what is filed there."""
    place = Candidates(())
    yield "", place
    for (prefix, _), here in groupby(entries, _order):
        while place.above and "" < (end := _end(place)) <= prefix:
            yield end, place.above
            place = place.above
        place = Candidates(tuple(here), place)
        yield prefix, place
    while place.above and (end := _end(place)):
        yield end, place.above
        place = place.above


def _end(place: Candidates) -> str:
    """The first text beyond a prefix."""
    return place.entries[0].target.end
