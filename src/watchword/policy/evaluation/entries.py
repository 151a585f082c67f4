"""Statements as an index files them, and what those that apply grant.

A statement is cited with its place, for explanations. It has an entry for each of its resource patterns.
"""

from msgspec import Struct

from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.compile import Rule, Target
from watchword.policy.evaluation.conditions import Asked, Check
from watchword.policy.evaluation.document import Origin


class Cited(Struct, frozen=True, eq=False):
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


Test = tuple[int, Check | None]
"""What is granted, and the condition that must hold; None where there is none."""


class Entry:
    """One of a statement's resource patterns, with what a request must pass."""

    __slots__ = ("bits", "cited", "free", "target", "test")

    def __init__(self, cited: Cited, target: Target) -> None:
        self.cited = cited
        self.target = target
        self.bits = cited.bits
        self.free = target.free
        self.test: Test | None = None
        """What is granted where its resource matches, and when; None until it is needed."""

    def compile(self) -> Test:
        self.target.compile()
        self.test = (self.bits, self.target.holds)
        return self.test


class Candidates:
    """The entries that may apply to a request."""

    __slots__ = ("_certain", "_weight", "every", "free", "patterns", "tests")

    def __init__(self, every: tuple[Entry, ...]) -> None:
        free = 0
        for entry in every:
            if entry.free:
                free |= entry.bits
        self.every = every
        self.free = free
        """Bits that every request is granted."""
        tests = [(each.test or each.compile(), each.target.covers) for each in every if each.bits & ~free]
        self.tests = tuple([test for test, covers in tests if covers is None])
        """Of the entries that may grant more: those that match every resource,"""
        self.patterns = tuple([(covers, test) for test, covers in tests if covers is not None])
        """and all others, each with the resources that it matches."""
        self._weight: int | None = None
        self._certain: list[Cited] | None = None
        """All of them, where every one applies to every request."""

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
            _, holds = entry.test or entry.compile()
            covers = entry.target.covers
            certain &= covers is None and holds is None
            if (covers is None or covers(resource)) and (holds is None or holds(request)):
                found.append(entry.cited)
        found = list(dict.fromkeys(found)) if len(found) > 1 else found
        if certain:
            self._certain = found
        return found
