"""Statements as an index files them, and what those that apply grant.

A statement is cited with its place, for explanations. It has an entry for each of its resource patterns.
Nothing here is part of a circle of references (a policy isn't referred to), so the garbage collector, which
looks for circles, need not visit it.
"""

from collections.abc import Iterator

from msgspec import Struct

from watchword.names.glob import Match
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.compile import Rule, Target
from watchword.policy.evaluation.conditions import Asked, Check
from watchword.policy.evaluation.document import Origin


class Cited(Struct, frozen=True, eq=False, gc=False):
    """A statement, with the policy it is in and where that is attached."""

    type: PolicyType
    source: Origin
    rule: Rule
    bits: int
    """What it grants where it applies (`combine`): DENIED for a Deny; 0 where it can't apply to a caller."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Its resource patterns."""
        return self.rule.targets(attached=self.type is PolicyType.RESOURCE)


Test = tuple[int, Check]
"""What is granted, and the condition that must hold."""
Pattern = tuple[str, Match, int, Test | None]
"""A text that every matching resource holds, whether a resource matches, what is granted, and, if there is a
condition, the test."""


class Entry(Struct, eq=False, gc=False):
    """One of a statement's resource patterns, with what a request must pass."""

    cited: Cited
    target: Target
    test: Test | None = None
    """None where nothing is to be tested but the resource,"""
    pattern: Pattern | None = None
    """and where every resource matches that it is filed for."""

    def compile(self) -> None:
        """Makes the test and the pattern, before they are first needed."""
        target, bits = self.target, self.cited.bits
        target.compile()
        if target.holds is not None:
            self.test = (bits, target.holds)
        if target.covers is not None:
            self.pattern = (target.needle, target.covers, bits, self.test)


class Candidates(Struct, eq=False, gc=False):
    """What may apply to requests for the resources that start with a prefix."""

    entries: tuple[Entry, ...]
    """What is filed under this prefix;"""
    above: "Candidates | None" = None
    """under the longest shorter one, what is filed applies too."""
    free: int = 0
    """Bits that every request is granted. This and the next two are right once they are gathered."""
    tests: tuple[Test, ...] = ()
    """Of the entries that may grant more: those that match every resource,"""
    patterns: tuple[Pattern, ...] = ()
    """and all others."""
    gathered: bool = False
    _weight: int | None = None
    _certain: list[Cited] | None = None
    """All of them, where every one applies to every request."""

    @property
    def every(self) -> Iterator[Entry]:
        """All entries, longest prefix first."""
        place: Candidates | None = self
        while place is not None:
            yield from place.entries
            place = place.above

    def gather(self) -> int:
        """What is to be tested, here and above, where it isn't known yet: how many references that takes."""
        places = [self]
        while (above := places[-1].above) is not None and not above.gathered:
            places.append(above)
        return sum([_gather(each) for each in reversed(places)])

    @property
    def weight(self) -> int:
        """What it costs to test a request by them (`cost`)."""
        if self._weight is None:
            self._weight = sum([entry.target.weight for entry in self.every])
        return self._weight

    def applicable(self, request: Asked) -> list[Cited]:
        """Every statement that applies."""
        if self._certain is not None:
            return self._certain
        resource, found, certain = request.resource, [], True
        for entry in self.every:
            target = entry.target
            if not target.compiled:
                target.compile()
            covers, holds = target.covers, target.holds
            certain &= covers is None and holds is None
            if (covers is None or covers(resource)) and (holds is None or holds(request)):
                found.append(entry.cited)
        found = list(dict.fromkeys(found)) if len(found) > 1 else found
        if certain:
            self._certain = found
        return found


_NOTHING = Candidates((), gathered=True)


def _gather(place: Candidates) -> int:
    """The same where all above is gathered."""
    above = place.above or _NOTHING
    free = above.free
    for entry in place.entries:
        if entry.target.free:
            free |= entry.cited.bits
    tests, patterns = list(above.tests), list(above.patterns)
    if free != above.free:
        tests = [each for each in tests if each[0] & ~free]
        patterns = [each for each in patterns if each[2] & ~free]
    for entry in place.entries:
        if entry.cited.bits & ~free:
            if entry.pattern is None and entry.test is None:
                entry.compile()
            if entry.pattern is not None:
                patterns.append(entry.pattern)
            elif entry.test is not None:
                tests.append(entry.test)
    place.free, place.tests, place.patterns = free, tuple(tests), tuple(patterns)
    place.gathered = True  # the last: other threads look at it first
    return len(tests) + len(patterns)
