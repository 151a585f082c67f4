"""Statements -> rules: what is compiled once per document and shared by every engine that holds it.

Source: rules 2, 12, 13 and 14 of `combine`. A rule knows which actions its statement names, and for each
resource pattern the checks that a request must pass: the resource, then every condition. Principals are
not looked at here: an engine is one principal's and settles them when it builds its tables.

A statement that AWS would not have stored never widens access: without a Resource, with a wildcard in a
resource's service or with an unknown operator, an Allow does not apply and a Deny does.
"""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from watchword.policy.evaluation.comparisons import matches
from watchword.policy.evaluation.conditions import Asked, Check, check
from watchword.policy.language.grammar import Effect, Patterns, Statement
from watchword.policy.language.match import Match, glob, matcher, resource_tokens
from watchword.policy.language.variables import Token, has_variables

_WILD = re.compile(r"[*?]|\$\{")
_SERVICE = 2
"""The segment of an ARN that names the service and takes no wildcard."""


class Target:
    """One resource pattern of a rule: where an index files it, and what a request must pass.

    Most statements of a document are never looked at closely, so `checks` first holds a single check, which
    compiles the others and puts them in its place.
    """

    __slots__ = ("_negated", "_patterns", "_rule", "checks", "exact", "prefix", "unconditional")

    def __init__(self, rule: "Rule", patterns: tuple[str, ...] = (), *, negated: bool = False) -> None:
        self._rule = rule
        self._patterns = patterns
        self._negated = negated
        pattern = patterns[0] if len(patterns) == 1 and not negated else ""
        wild = _WILD.search(pattern)
        self.exact = wild is None and pattern != ""
        """Whether only one resource matches, which is `prefix`."""
        self.prefix = pattern if wild is None else _border(pattern[: wild.start()])
        """Every matching resource starts with it; unless `exact`, it ends at a segment's border."""
        everywhere = not patterns or (pattern == "*" and not negated)
        self.unconditional = everywhere and not rule.statement.conditions
        """Whether every request passes."""
        self.checks: list[Check] = [] if self.unconditional else [self._compile]

    def _compile(self, request: Asked) -> bool:
        rule, filed = self._rule, self.exact or not self._patterns
        if filed or (not self._negated and self._patterns[0] == f"{self.prefix}*"):
            self.checks[:] = rule.conditions
        else:
            covers = _resource_check(self._patterns, variables=rule.variables, negated=self._negated)
            self.checks[:] = [covers, *rule.conditions]
        return all(check(request) for check in self.checks)


class Rule:
    """One statement, compiled. Compared by identity."""

    def __init__(self, statement: Statement, index: int, *, variables: bool) -> None:
        self.statement = statement
        self.index = index
        self.variables = variables
        self.deny = statement.effect is Effect.DENY
        self.names_action = _any_of(statement.action)
        """Whether the statement names an action, given in lower case."""

    @cached_property
    def conditions(self) -> tuple[Check, ...]:
        return tuple(
            check(each, variables=self.variables, doubt=self.deny) for each in self.statement.conditions
        )

    @cached_property
    def covers(self) -> Check:
        """Whether the statement's Resource or NotResource, if it has one, covers a request's resource."""
        resource = self.statement.resource
        if resource is None:
            return lambda _request: True
        return _resource_check(self._known(resource), variables=self.variables, negated=resource.negated)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """For a statement of a policy that must name resources."""
        resource = self.statement.resource
        if resource is None:
            return (Target(self),) if self.deny else ()
        return self._targets_of(resource)

    @cached_property
    def targets_of_attached(self) -> tuple[Target, ...]:
        """For a statement of a resource policy: without a Resource it means the one it is attached to."""
        resource = self.statement.resource
        return (Target(self),) if resource is None else self._targets_of(resource)

    def _targets_of(self, resource: Patterns) -> tuple[Target, ...]:
        patterns = self._known(resource)
        if resource.negated:
            return (Target(self, patterns, negated=True),)
        return tuple([Target(self, (each,)) for each in patterns])

    def _known(self, resource: Patterns) -> tuple[str, ...]:
        """The patterns, without those that would widen access if they were misunderstood."""
        if self.deny != resource.negated:
            return resource.values
        return tuple([each for each in resource.values if not _wild_service(each)])


def _resource_check(patterns: Sequence[str], *, variables: bool, negated: bool = False) -> Check:
    """Whether a request's resource matches any (or, negated, none) of the patterns."""
    tests = [_resource_test(resource_tokens(each, variables=variables)) for each in patterns]
    if len(tests) == 1 and not negated:
        return tests[0]
    return lambda request: any(test(request) for test in tests) is not negated


def _resource_test(pattern: tuple[Token, ...]) -> Check:
    if has_variables(pattern):
        return lambda request: matches(pattern, request.resource, request.context)
    test = matcher(pattern)
    return lambda request: test(request.resource)


@lru_cache(maxsize=8192)
def _any_of(action: Patterns) -> Match:
    tests = [glob(each.lower()) for each in action.values]
    if len(tests) == 1 and not action.negated:
        return tests[0]
    return lambda name: any(test(name) for test in tests) is not action.negated


def _border(head: str) -> str:
    """`head` up to its last colon or slash."""
    return head[: max(head.rfind(":"), head.rfind("/")) + 1]


def _wild_service(resource: str) -> bool:
    segments = resource.split(":", _SERVICE + 1)
    return len(segments) > _SERVICE and ("*" in segments[_SERVICE] or "?" in segments[_SERVICE])
