"""One policy by itself, asked about a request whose context is known in part.

A key that isn't known may have any value, or be missing. So the policy is read twice:

* narrowly: no statement that uses an unknown key applies;
* widely: of such a statement only the rest counts, as if everything held that the unknown keys decide.

What both readings say is sure, whatever the keys are. Where they differ, it depends on these keys. A key that
is known to be missing is not unknown. A condition uses its key and the variables in its values; a statement
also uses the variables in its resources.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from watchword.names import Principal
from watchword.policy.evaluation.combine import BOUNDARY, DENIED, IDENTITY, PolicyType
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Policy, Source
from watchword.policy.evaluation.engine import Engine
from watchword.policy.evaluation.request import Request
from watchword.policy.evaluation.simulate import keys_of, keys_of_condition, keys_of_resource
from watchword.policy.language.grammar import VARIABLES_SINCE, Patterns, Statement
from watchword.policy.language.variables import folded

Keys = frozenset[str]
"""Condition keys, folded."""
_EVERYTHING, _NOTHING = Patterns(("*",)), Patterns(())
_GUARDRAILS = (PolicyType.SCP, PolicyType.RCP)
_ENGINES = 4096


class Said(Struct, frozen=True):
    """What a policy says by itself."""

    denies: bool | None
    """None where it depends on unknown keys. So is the next."""
    allows: bool | None
    statement: int | None = None
    """The first statement that denies, or that may."""
    open: tuple[str, ...] = ()
    """The unknown keys that it depends on, as the policy writes them."""


class Readings:
    """A policy, and its two readings for each set of unknown keys that was asked about."""

    def __init__(self, policy: Policy, name: str = "") -> None:
        self.policy = policy
        self.name = name
        self._variables = policy.version == VARIABLES_SINCE
        self._read: dict[Keys, tuple[Source, Source]] = {}

    @cached_property
    def keys(self) -> Keys:
        """All keys that the policy uses."""
        return frozenset(folded(key) for each in self.policy.statements for key in self._keys_of(each))

    def of(self, unknown: Keys) -> tuple[Source, Source]:
        """The policy read narrowly, and widely."""
        unknown &= self.keys
        found = self._read.get(unknown)
        if found is None:
            statements = self.policy.statements
            narrow = tuple(self._narrowly(each, unknown) for each in statements)
            wide = tuple(self._widely(each, unknown) for each in statements)
            found = self._read[unknown] = (self._source(narrow), self._source(wide))
        return found

    def open_keys(self, statement: int, unknown: Keys) -> Iterator[str]:
        """The unknown keys that a statement uses, as it writes them."""
        return (key for key in self._keys_of(self.policy.statements[statement]) if folded(key) in unknown)

    def _source(self, statements: tuple[Statement, ...]) -> Source:
        same = statements == self.policy.statements
        return Source(self.policy if same else replace(self.policy, statements=statements), self.name)

    def _narrowly(self, statement: Statement, unknown: Keys) -> Statement:
        if unknown.isdisjoint(map(folded, self._keys_of(statement))):
            return statement
        return replace(statement, action=_NOTHING)

    def _widely(self, statement: Statement, unknown: Keys) -> Statement:
        resource, variables = statement.resource, self._variables
        if resource and not unknown.isdisjoint(map(folded, keys_of_resource(statement, variables=variables))):
            resource = _EVERYTHING
        kept = tuple(
            each
            for each in statement.conditions
            if unknown.isdisjoint(map(folded, keys_of_condition(each, variables=variables)))
        )
        return replace(statement, resource=resource, conditions=kept)

    def _keys_of(self, statement: Statement) -> Iterator[str]:
        return keys_of(statement, variables=self._variables)


def ask(readings: Readings, type_: PolicyType, request: Request, unknown: Keys) -> Said | None:
    """What the policy says as one of its type; None where a guardrail doesn't bind the request."""
    narrow, wide = readings.of(unknown)
    surely = _decide(type_, narrow, request)
    if type_ in _GUARDRAILS and not surely.applicability.levels:
        return None
    if wide.policy is narrow.policy:
        return Said(_denies(surely), _allows(surely), _first_deny(surely))
    perhaps = _decide(type_, wide, request)
    certain = {each.rule.index for each in surely.matches}
    doubtful = [each.rule.index for each in perhaps.matches if each.rule.index not in certain]
    return Said(
        _both(_denies(surely), _denies(perhaps)),
        _both(_allows(surely), _allows(perhaps)),
        _first_deny(surely if _denies(surely) else perhaps),
        tuple(dict.fromkeys(key for each in doubtful for key in readings.open_keys(each, unknown))),
    )


def _decide(type_: PolicyType, source: Source, request: Request) -> Decision:
    """A decision in which no other policy has a say."""
    engine = _engine(type_, source, request.principal)
    match type_:
        case PolicyType.SCP:
            return engine.decide(request, scps=((source,),))
        case PolicyType.RCP:
            return engine.decide(request, rcps=((source,),))
    return engine.decide(request)


# Cached: a replay asks about the same principals again and again.
@lru_cache(_ENGINES)
def _engine(type_: PolicyType, source: Source, principal: Principal) -> Engine:
    match type_:
        case PolicyType.IDENTITY:
            return Engine(principal, (source,))
        case PolicyType.BOUNDARY:
            return Engine(principal, (), (source,))
        case PolicyType.SCP | PolicyType.RCP:
            return Engine(principal)
    raise ValueError(f"a policy of type {type_} is not asked alone")


def _denies(decision: Decision) -> bool:
    return bool(decision.bits & DENIED)


def _allows(decision: Decision) -> bool:
    levels = [bit for _, bit, _ in decision.applicability.levels]
    return bool(decision.bits & (levels[0] if levels else IDENTITY | BOUNDARY))


def _first_deny(decision: Decision) -> int | None:
    return next((each.rule.index for each in decision.matches if each.rule.deny), None)


def _both(surely: bool, perhaps: bool) -> bool | None:  # noqa: FBT001 two answers
    return surely if surely is perhaps else None
