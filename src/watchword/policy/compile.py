"""Statements -> rules: what is compiled once per document and shared by every engine that holds it.

Source: rules 2, 12, 13 and 14 of `combine`. A rule knows which actions its statement names, and for each
resource pattern the checks that a request must pass: the resource, then every condition. Principals are
not looked at here: an engine is one principal's and settles them when it builds its tables.

Where a statement says what AWS would not have stored, it never widens access: no Resource, a wildcard in
a resource's service, or an unknown operator make an Allow not apply and a Deny apply.
"""

from functools import cached_property, lru_cache

from watchword.policy.comparisons import matches
from watchword.policy.conditions import Check, check
from watchword.policy.grammar import Effect, Patterns, Statement
from watchword.policy.match import Match, glob, matcher, resource_tokens
from watchword.policy.variables import ANY, Token, has_variables

_SERVICE = 2
"""The segment of an ARN that names the service and takes no wildcard."""


class Target:
    """One resource pattern of a rule: where an index files it, and what a request must pass."""

    __slots__ = ("checks", "exact", "prefix")

    def __init__(self, prefix: str, checks: tuple[Check, ...], *, exact: bool = False) -> None:
        self.prefix = prefix
        """Every matching resource starts with it (is it, if `exact`); it ends at a segment's border."""
        self.checks = checks
        self.exact = exact


class Rule:
    """One statement, compiled. Compared by identity."""

    def __init__(self, statement: Statement, index: int, *, variables: bool) -> None:
        self.statement = statement
        self.index = index
        self.variables = variables
        self.deny = statement.effect is Effect.DENY

    @cached_property
    def names_action(self) -> Match:
        """Whether the statement speaks about an action, given in lower case."""
        return _any_of(self.statement.action)

    @cached_property
    def conditions(self) -> tuple[Check, ...]:
        return tuple(
            check(each, variables=self.variables, doubt=self.deny) for each in self.statement.conditions
        )

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """For a statement of a policy that must name resources."""
        resource = self.statement.resource
        if resource is None:
            return (Target("", self.conditions),) if self.deny else ()
        return self._targets_of(resource)

    @cached_property
    def targets_of_attached(self) -> tuple[Target, ...]:
        """For a statement of a policy attached to its resource: without Resource it means that one."""
        resource = self.statement.resource
        return (Target("", self.conditions),) if resource is None else self._targets_of(resource)

    def _targets_of(self, resource: Patterns) -> tuple[Target, ...]:
        patterns = [
            resource_tokens(each, variables=self.variables)
            for each in resource.values
            if self.deny != resource.negated or not _wild_service(each)
        ]
        if resource.negated:
            return (Target("", (_none_of(patterns), *self.conditions)),)
        return tuple(_target(each, self.conditions) for each in patterns)


def _any_of(action: Patterns) -> Match:
    tests = [_action(each) for each in action.values]
    if len(tests) == 1 and not action.negated:
        return tests[0]
    return lambda name: any(test(name) for test in tests) is not action.negated


@lru_cache(maxsize=8192)
def _action(pattern: str) -> Match:
    return glob(pattern.lower())


def _target(pattern: tuple[Token, ...], conditions: tuple[Check, ...]) -> Target:
    match pattern:
        case () | (str(),):
            return Target("".join(str(each) for each in pattern), conditions, exact=True)
        case (wildcard,) if wildcard is ANY:
            return Target("", conditions)
        case (str(head), wildcard) if wildcard is ANY:
            prefix = _border(head)
            return Target(prefix, conditions if prefix == head else (_starts(head), *conditions))
        case (str(head), *_):
            return Target(_border(head), (resource_check(pattern), *conditions))
    return Target("", (resource_check(pattern), *conditions))


def resource_check(pattern: tuple[Token, ...]) -> Check:
    """Whether a request's resource matches one pattern."""
    if has_variables(pattern):
        return lambda request: matches(pattern, request.resource, request.context)
    test = matcher(pattern)
    return lambda request: test(request.resource)


def _none_of(patterns: list[tuple[Token, ...]]) -> Check:
    checks = [resource_check(each) for each in patterns]
    return lambda request: not any(passed(request) for passed in checks)


def _starts(head: str) -> Check:
    return lambda request: request.resource.startswith(head)


def _border(head: str) -> str:
    """`head` up to its last colon or slash."""
    return head[: max(head.rfind(":"), head.rfind("/")) + 1]


def _wild_service(resource: str) -> bool:
    segments = resource.split(":", _SERVICE + 1)
    return len(segments) > _SERVICE and ("*" in segments[_SERVICE] or "?" in segments[_SERVICE])
