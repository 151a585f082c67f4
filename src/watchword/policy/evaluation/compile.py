"""Statements -> rules: what is compiled once per document and shared by every engine that holds it.

Source: rules 2, 12, 13 and 14 of `combine`. A rule knows which actions and principals its statement
names, and for each resource pattern what a request must pass: the resource, then every condition. Only
the actions are compiled at once. The rest is compiled when it is first needed, because most statements of a
document are never looked at closely.

A statement that AWS would not have stored never widens access: without a Resource, with a wildcard in a
resource's service or with an unknown operator, an Allow does not apply and a Deny does.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from watchword.names.glob import Match
from watchword.policy.evaluation import cost
from watchword.policy.evaluation.conditions import Asked, Check, check
from watchword.policy.evaluation.principals import Names, grantees
from watchword.policy.language.grammar import Effect, Patterns, Statement
from watchword.policy.language.match import glob, is_wild, open_resource_matcher, resource_matcher
from watchword.policy.language.shared import shared
from watchword.policy.language.variables import folded

_LITERAL = {False: re.compile(r"[^*?]*"), True: re.compile(r"[^*?$]*(?:\$(?!\{)[^*?$]*)*")}
"""What a pattern begins with that is literal, by whether its policy knows variables."""
_SERVICE = 2
"""The segment of an ARN that names the service and takes no wildcard."""


class Target:
    """One resource pattern of a rule: where an index files it, and what a request must pass."""

    __slots__ = (
        "_negated",
        "_open",
        "_patterns",
        "_rule",
        "_weight",
        "compiled",
        "covers",
        "end",
        "exact",
        "free",
        "holds",
        "needle",
        "prefix",
    )

    def __init__(self, rule: "Rule", patterns: tuple[str, ...] = (), *, negated: bool = False) -> None:
        self._rule = rule
        self._patterns = patterns
        self._negated = negated
        self._open: Check | None = None
        self._weight: int | None = None
        single = patterns[0] if len(patterns) == 1 and not negated else ""
        self.prefix: str = _LITERAL[rule.variables].match(single)[0]  # type: ignore[index]  # it always matches
        """Every matching resource starts with it."""
        self.exact = bool(patterns) and single == self.prefix and not negated
        """Whether only one resource matches, which is the prefix."""
        self.end = f"{self.prefix}\0" if self.exact else _end(self.prefix)
        """Matching resources come before this text, in the order of texts; empty where all texts do."""
        self.compiled = False
        self.covers: Match | None = None
        """Whether a resource matches; None where all between the prefix and the end do."""
        self.needle = ""
        """A text that every matching resource has in it."""
        self.holds: Check | None = None
        """What else must hold; None where nothing must."""
        self.free = not rule.statement.conditions and self._is_simple
        """Whether every request for a resource between the prefix and the end passes."""

    @property
    def _is_simple(self) -> bool:
        """Whether a resource between the prefix and the end always matches."""
        return (
            not self._patterns or self.exact or (not self._negated and self._patterns == (f"{self.prefix}*",))
        )

    def compile(self) -> None:
        """Makes the tests, before they are first needed."""
        if self.compiled:
            return
        rule, patterns, conditions = self._rule, self._patterns, self._rule.conditions
        if not self._is_simple:
            if rule.variables and any("${" in each for each in patterns):
                self._open = _open_cover(patterns, negated=self._negated)
                conditions = (self._open, *conditions)
            else:
                self.covers = _cover(patterns, self.prefix, negated=self._negated)
                self.needle = "" if self._negated or len(patterns) > 1 else _needle(patterns[0], self.prefix)
        if conditions:
            self.holds = conditions[0] if len(conditions) == 1 else _all(conditions)
        self.compiled = True

    def matches(self, request: Asked) -> bool:
        """Whether a request's resource matches; the conditions don't count."""
        self.compile()
        return (
            self.prefix <= request.resource
            and (not self.end or request.resource < self.end)
            and (self.covers is None or self.covers(request.resource))
            and (self._open is None or self._open(request))
        )

    @property
    def weight(self) -> int:
        """What it costs to test a request (`cost`)."""
        if self._weight is None:
            conditions = [cost.of_condition(each).weight for each in self._rule.statement.conditions]
            self._weight = cost.of_resources(self._patterns).weight + sum(conditions)
        return self._weight

    def steps(self, request: Asked, size: int) -> int:
        """How much work a request takes at most (`cost`); all its texts together have `size` characters."""
        found = cost.of_resources(self._patterns).of(request.resource, size)
        for condition in self._rule.statement.conditions:
            value = request.context.get(folded(condition.key))
            found += cost.of_condition(condition).of(value, size)
        return found


class Rule:
    """One statement, compiled. Compared by identity."""

    __slots__ = ("_conditions", "_targets", "actions", "deny", "grantees", "index", "statement", "variables")

    def __init__(self, statement: Statement, index: int, *, variables: bool) -> None:
        self.statement = statement
        self.index = index
        self.variables = variables
        self.deny = statement.effect is Effect.DENY
        self.actions = actions(statement.action)
        element = statement.principal
        self.grantees = None if element is None else grantees(element)
        """Its Principal or NotPrincipal; None where it has neither."""
        self._conditions: tuple[Check, ...] | None = None
        self._targets: tuple[Target, ...] | None = None

    def reach(self, names: Names, *, bounded: bool) -> int:
        """How far a statement with a Principal or NotPrincipal reaches a caller."""
        assert self.grantees
        return self.grantees.reach(names, deny=self.deny, bounded=bounded)

    @property
    def conditions(self) -> tuple[Check, ...]:
        if self._conditions is None:
            self._conditions = tuple(
                [check(each, variables=self.variables, doubt=self.deny) for each in self.statement.conditions]
            )
        return self._conditions

    def targets(self, *, attached: bool) -> tuple[Target, ...]:
        """What it is filed under. A policy attached to a resource means that resource where it names none."""
        if self._targets is None:
            self._targets = self._targets_of(self.statement.resource)
        return self._targets if attached or self.deny or self.statement.resource else ()

    def _targets_of(self, resource: Patterns | None) -> tuple[Target, ...]:
        if resource is None:
            return (Target(self),)
        patterns = self._known(resource)
        if resource.negated:
            return (Target(self, patterns, negated=True),)
        return tuple([Target(self, (each,)) for each in patterns])

    def _known(self, resource: Patterns) -> tuple[str, ...]:
        """The patterns, without those that would widen access if they were misunderstood."""
        if self.deny != resource.negated:
            return resource.values
        return tuple([each for each in resource.values if not _wild_service(each)])


def _end(prefix: str) -> str:
    """The first text after all that start with a prefix. The alphabet of policies ends at U+00FF."""
    return prefix and prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _all(checks: Sequence[Check]) -> Check:
    def holds(request: Asked) -> bool:
        for each in checks:  # noqa: SIM110 all() of a generator takes twice as long
            if not each(request):
                return False
        return True

    return holds


def _cover(patterns: Sequence[str], head: str, *, negated: bool) -> Match:
    """Whether a resource, which starts with `head`, matches any (or, negated, none) of the patterns."""
    tests = [resource_matcher(each, head) for each in patterns]
    if len(tests) == 1 and not negated:
        return tests[0]
    return lambda resource: any(test(resource) for test in tests) is not negated


def _needle(pattern: str, head: str) -> str:
    """The longest literal text of a pattern, but not its beginning."""
    return max(pattern[len(head) :].replace("?", "*").split("*"), key=len)


def _open_cover(patterns: Sequence[str], *, negated: bool) -> Check:
    """The same for patterns with variables."""
    tests = [open_resource_matcher(each) for each in patterns]
    return lambda request: any(test(request.resource, request.context) for test in tests) is not negated


class Actions(Struct, frozen=True):
    """An Action or NotAction, compiled."""

    name: Match
    """Whether it names an action, given folded."""
    all: frozenset[str] = frozenset()
    """All actions that it names; empty where it has wildcards or is negated."""


@shared
def actions(element: Patterns) -> Actions:
    """Equal elements are compiled once."""
    names = {folded(each) for each in element.values}
    exact = frozenset(each for each in names if not is_wild(each))
    starts = tuple(each[:-1] for each in names if each.endswith("*") and not is_wild(each[:-1]))
    others = tuple(glob(each) for each in names - exact - {f"{each}*" for each in starts})
    if element.negated:
        return Actions(lambda name: not _names(exact, starts, others, name))
    if not starts and not others:
        return Actions(exact.__contains__, exact)
    if not exact and not others:
        return Actions(lambda name: name.startswith(starts))
    return Actions(lambda name: _names(exact, starts, others, name))


def _names(exact: frozenset[str], starts: tuple[str, ...], others: Sequence[Match], name: str) -> bool:
    return name in exact or name.startswith(starts) or any(match(name) for match in others)


def _wild_service(resource: str) -> bool:
    segments = resource.split(":", _SERVICE + 1)
    return len(segments) > _SERVICE and ("*" in segments[_SERVICE] or "?" in segments[_SERVICE])
