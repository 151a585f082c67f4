"""Which statements may apply to a request: an index by action, then by resource.

What names an action is filed when the action is first asked for; actions that the same statements name share
it. The texts that start with a prefix are an interval in the order of texts. Of two such intervals one lies
within the other, or they are apart. So their ends cut all texts into pieces, and all resources of one piece
have the same candidates. One binary search finds the piece. Its candidates are gathered when it is first
asked for, and cached. Looking at every statement gives the same result (tested).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from watchword.names.glob import Match
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.entries import Candidates, Cited, Entry

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

    starts: list[str]
    """Where each piece of all texts begins, in order; the first with the empty text."""
    places: list[Place]
    """What is filed for each piece."""


class Index:
    """Statements by action and resource."""

    __slots__ = (
        "_allowing",
        "_by_action",
        "_by_pattern",
        "_cached",
        "_entries",
        "_filed",
        "_most_cached",
        "_statements",
        "_twins",
        "sources",
    )

    def __init__(self, sources: tuple[Source, ...], statements: Sequence[Cited]) -> None:
        self.sources = sources
        """The policies that the statements are from; they live as long as the index."""
        self._statements = statements
        applicable = (cited for cited in statements if cited.bits)
        self._entries = sorted(
            (Entry(cited, target) for cited in applicable for target in cited.targets), key=_order
        )
        """In the order of texts."""
        self._by_action: defaultdict[str, list[int]] = defaultdict(list)
        """The places in it of entries that name whole actions."""
        self._by_pattern: defaultdict[Match, list[int]] = defaultdict(list)
        """Those of all others, by what their equal Action elements have in common."""
        self._number()
        self._filed: dict[str, Filed] = {}
        self._twins: dict[tuple[int, ...], Filed] = {}
        """What is filed, by what names the action."""
        self._cached, self._most_cached = 0, LEAST_CACHED + CACHED_OF_A_STATEMENT * len(statements)
        self._allowing: dict[str, Mapping[PolicyType, list[Cited]]] = {}

    def candidates(self, name: str, resource: str) -> Candidates:
        """What names an action, by its lower-case name, and may match a resource."""
        filed = self._filed.get(name) or self._file(name)
        place = filed.places[bisect_right(filed.starts, resource) - 1]
        return place.found or self._gather(place)

    def allowing(self, name: str) -> Mapping[PolicyType, list[Cited]]:
        """Allows that name an action, even those that can't apply to the caller: some of each type."""
        found = self._allowing.get(name)
        if found is None:
            if len(self._allowing) >= _MOST_ALLOWING:
                self._allowing.clear()
            found = self._allowing[name] = self._find_allowing(name)
        return found

    def _number(self) -> None:
        for number, entry in enumerate(self._entries):
            actions = entry.cited.rule.actions
            for action in actions.all:
                self._by_action[action].append(number)
            if not actions.all:
                self._by_pattern[actions.name].append(number)

    def _find_allowing(self, name: str) -> Mapping[PolicyType, list[Cited]]:
        found: defaultdict[PolicyType, list[Cited]] = defaultdict(list)
        for each in self._statements:
            if not each.rule.deny and len(found[each.type]) < SOME and each.rule.actions.name(name):
                found[each.type].append(each)
        return dict(found)

    def _file(self, name: str) -> Filed:
        numbers = list(self._by_action.get(name, ()))
        for names, others in self._by_pattern.items():
            if names(name):
                numbers += others
        numbers.sort()
        alike = tuple(numbers)
        self._make_room(_OF_AN_OBJECT)
        filed = self._twins.get(alike)
        if filed is None:
            filed = _file([self._entries[number] for number in alike])
            self._make_room((_OF_AN_OBJECT + 1) * len(alike))
            self._twins[alike] = filed
        self._filed[name] = filed
        return filed

    def _gather(self, place: Place) -> Candidates:
        found = place.gather()
        self._make_room(_OF_AN_OBJECT + len(found.every))
        return found

    def _make_room(self, references: int) -> None:
        """For so many more: where there are too many, all that is filed goes."""
        self._cached += references
        if self._cached > self._most_cached:
            self._cached = references
            self._filed.clear()
            self._twins.clear()


def _order(entry: Entry) -> tuple[str, bool]:
    return entry.target.prefix, entry.target.exact


def _file(entries: Sequence[Entry]) -> Filed:
    pieces = list(_pieces(entries))
    return Filed([start for start, _ in pieces], [place for _, place in pieces])


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
