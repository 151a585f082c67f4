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
"""References that take the memory of a `Place`, of a `Candidates`, or of the name of an action."""
SOME = 32
"""Allows of one type that are looked at for what nearly applied."""
_MOST_ALLOWING = 256


class Place(Struct, gc=False, eq=False):
    """What is filed under one prefix."""

    entries: tuple[Entry, ...]
    above: "Place | None" = None
    """The place of the longest shorter prefix."""
    found: Candidates | None = None
    """The entries of this place and those above, once they are gathered."""

    @property
    def end(self) -> str:
        """The first text beyond this place."""
        return self.entries[0].target.end

    def gather(self) -> Candidates:
        every = list(self.entries)
        place = self.above
        while place is not None:
            every += place.entries
            place = place.above
        self.found = found = Candidates(tuple(every))
        return found


class Filed(Struct, frozen=True, eq=False):
    """What names an action, by resource."""

    cuts: list[str]
    """Where all texts are cut into pieces, in order."""
    places: list[Place]
    """What is filed for each piece: one more."""


class Index:
    """Statements by action and resource."""

    __slots__ = (
        "_allowing",
        "_cached",
        "_groups",
        "_most_cached",
        "_statements",
        "_twins",
        "filed",
    )

    def __init__(self, statements: Sequence[Cited]) -> None:
        self._statements = statements
        applicable = (cited for cited in statements if cited.bits)
        entries = (Entry(cited, target) for cited in applicable for target in cited.targets)
        self._groups = Groups(sorted(entries, key=_order))
        self.filed: dict[str, Filed] = {}
        """By action, whose names are in lower case."""
        self._twins: dict[int, Filed] = {}
        """By the groups that name the action."""
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
        groups = self._groups.naming(name)
        filed = self._twins.get(groups)
        if filed is None:
            entries = self._groups.entries(groups)
            filed = self._twins[groups] = _file(entries)
            self._make_room((_OF_AN_OBJECT + 1) * len(entries))
        self._make_room(_OF_AN_OBJECT)
        self.filed[name] = filed
        return filed

    def gather(self, place: Place) -> Candidates:
        found = place.gather()
        self._make_room(_OF_AN_OBJECT + len(found.every))
        return found

    def _make_room(self, references: int) -> None:
        """For so many more: where there are too many, all that is filed goes."""
        self._cached += references
        if self._cached > self._most_cached:
            self._cached = references
            self.filed.clear()
            self._twins.clear()


def candidates(indexes: Iterable[Index], name: str, resource: str) -> list[Candidates]:
    """What names an action, by its lower-case name, and may match a resource: of each index."""
    found = []
    for index in indexes:
        filed = index.filed.get(name) or index.file(name)
        place = filed.places[bisect_right(filed.cuts, resource)]
        found.append(place.found or index.gather(place))
    return found


def _order(entry: Entry) -> tuple[str, bool]:
    return entry.target.prefix, entry.target.exact


def _file(entries: Sequence[Entry]) -> Filed:
    pieces = list(_pieces(entries))
    return Filed([start for start, _ in pieces[1:]], [place for _, place in pieces])


def _pieces(entries: Sequence[Entry]) -> Iterator[tuple[str, Place]]:
    """Where each piece of all texts begins, and what is filed there."""
    place = Place(())
    yield "", place
    for (prefix, _), here in groupby(entries, _order):
        while place.above and "" < place.end <= prefix:
            yield place.end, place.above
            place = place.above
        place = Place(tuple(here), place)
        yield prefix, place
    while place.above and place.end:
        yield place.end, place.above
        place = place.above
