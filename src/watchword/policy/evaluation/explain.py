"""Why: what applied, what nearly did, what is missing, and what would have been enough.

An explanation is read off the indexes that the decision was made from, so it can't disagree with it: the
statements that apply come from the same checks, and a near miss is an Allow of a policy type that blocks,
with each element or condition that failed, what it expected and what the request had.

The number of near misses is bounded; those with the fewest failures come first. For each policy type that
blocks there is the smallest Allow that would be enough; for an explicit deny there is none.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from watchword.names import Principal
from watchword.names.principal import Anonymous, RoleSession, Root, Saml, Service, WebIdentity
from watchword.policy.evaluation.combine import PolicyType, Verdict, blocked_by
from watchword.policy.evaluation.decision import Decision, message
from watchword.policy.evaluation.entries import Cited
from watchword.policy.evaluation.principals import ACCOUNT, BEHIND, DIRECT
from watchword.policy.evaluation.request import OTHERS_OBJECT, ROLE, Request
from watchword.policy.language.grammar import Condition, Effect, Patterns, Principals, Statement, element_name
from watchword.policy.language.print import statement_as_json
from watchword.policy.language.variables import Value, folded, keys_in

MOST_NEAR_MISSES = 3
MOST_LOOKED_AT = 12
_REFERENCES = 1024
_LITERALLY = {ord(sign): f"${{{sign}}}" for sign in "$*?"}
_EVERYONE = Principals(everyone=True)
_FOR_EVERYONE = (PolicyType.RCP, PolicyType.VPC_ENDPOINT)


class Failure(Struct, frozen=True):
    """One element or condition that a request did not meet, or what a condition that holds compared."""

    element: str
    expected: tuple[str, ...]
    actual: Value | None
    operator: str = ""
    key: str = ""


class NearMiss(Struct, frozen=True, eq=False):
    """An Allow that would have helped, and why it did not apply."""

    cited: Cited
    failures: tuple[Failure, ...]


class Remedy(Struct, frozen=True):
    """The smallest statement that a policy of this type lacks; of guardrails, each level that blocks."""

    type: PolicyType
    statement: Statement


class Explanation(Struct, frozen=True, eq=False):
    """A decision's reasons."""

    decision: Decision
    matches: tuple[Cited, ...]
    """Every statement that applies: Denies first."""
    near_misses: tuple[NearMiss, ...]
    missing_keys: tuple[str, ...]
    """Context keys that near misses ask for and the request lacks."""
    remedies: tuple[Remedy, ...]


def explain(decision: Decision) -> Explanation:
    """The reasons of a decision."""
    if decision.verdict is not Verdict.IMPLICIT_DENY or decision.steps:
        return Explanation(decision, decision.matches, (), (), ())
    near = _near_misses(decision)
    missing = dict.fromkeys(key for each in near for key in _missing_keys(each, decision.request))
    return Explanation(decision, decision.matches, tuple(near), tuple(missing), tuple(_remedies(decision)))


def as_json(explanation: Explanation) -> dict[str, Any]:
    """An explanation as plain JSON values, for records and programs."""
    decision, request = explanation.decision, explanation.decision.request
    matches = [_applied(each, request) for each in explanation.matches]
    explained = _decided(decision.verdict, request.principal, request.action, request.resource, matches)
    explained["resourceAccount"] = request.resource_account
    if decision.allowed:
        return explained
    if decision.steps:
        explained["steps"] = decision.steps
    return explained | {
        "policyType": decision.type.value if decision.type else None,
        "blockedBy": [each.value for each in decision.blocked_by],
        **_path(decision),
        "nearMisses": [
            _reference(each.cited) | {"failed": [_failure_as_json(failure) for failure in each.failures]}
            for each in explanation.near_misses
        ],
        "missingKeys": list(explanation.missing_keys),
        "wouldAllow": [
            {"policyType": each.type.value, "statement": statement_as_json(each.statement)}
            for each in explanation.remedies
        ],
        "message": message(decision),
    }


def _path(decision: Decision) -> dict[str, Any]:
    """The levels of organizations that speak about a request, and what each says; where there are any."""
    denied = {(each.type, each.source.level) for each in decision.matches if each.rule.deny}
    levels = []
    for type_, bit, level in decision.applicability.levels:
        says = "deny" if (type_, level) in denied else "allow" if decision.bits & bit else "nothing"
        if level:
            levels.append({"policyType": type_.value, "level": level, "says": says})
    return {"levels": levels} if levels else {}


def _near_misses(decision: Decision) -> list[NearMiss]:
    seen = set(decision.matches)
    types = _helpful(decision)
    near: list[NearMiss] = []
    for found, most in (
        (_filed(decision, types), MOST_LOOKED_AT),
        (_speaking(decision, types), MOST_NEAR_MISSES),
    ):
        for cited in found:
            if len(near) >= most:
                break
            if cited not in seen:
                seen.add(cited)
                near.append(NearMiss(cited, tuple(_failures(cited, decision.request))))
    near.sort(key=lambda each: len(each.failures))
    return near[:MOST_NEAR_MISSES]


def _helpful(decision: Decision) -> tuple[PolicyType, ...]:
    """The types that block, and resource policies where a grant of theirs would leave less to block."""
    blocking = decision.blocked_by
    if PolicyType.RESOURCE in blocking:
        return blocking
    granted = blocked_by(decision.bits | DIRECT, decision.applicability)
    return blocking if granted == blocking else (*blocking, PolicyType.RESOURCE)


def _filed(decision: Decision, types: tuple[PolicyType, ...]) -> Iterator[Cited]:
    """The Allows that are filed where the resource is looked up."""
    for candidates in decision.candidates:
        for entry in candidates.every:
            if entry.cited.type in types and not entry.cited.rule.deny:
                yield entry.cited


def _speaking(decision: Decision, types: tuple[PolicyType, ...]) -> Iterator[Cited]:
    """Other Allows that name the action."""
    for type_ in types:
        for index in decision.indexes:
            yield from index.allowing(decision.request.name).get(type_, ())


def _failures(cited: Cited, request: Request) -> Iterator[Failure]:
    statement = cited.rule.statement
    if not cited.bits:
        name = element_name("Principal", statement.principal)
        yield Failure(name, _written(statement.principal), request.principal.arn)
    resource = statement.resource or Patterns(())
    if not any(target.matches(request) for target in cited.targets):
        yield Failure(element_name("Resource", resource), resource.values, request.resource)
    for condition, holds in zip(statement.conditions, cited.rule.conditions, strict=True):
        if not holds(request):
            yield _condition(condition, request)


def _condition(condition: Condition, request: Request) -> Failure:
    """A condition, what it expects and what the request had."""
    actual = request.context.get(folded(condition.key))
    return Failure("Condition", condition.values, actual, condition.operator, condition.key)


def _missing_keys(near: NearMiss, request: Request) -> Iterator[str]:
    for failure in near.failures:
        if failure.key and failure.actual is None:
            yield failure.key
        for text in failure.expected if near.cited.rule.variables else ():
            yield from (key for key in keys_in(text) if folded(key) not in request.context)


def _remedies(decision: Decision) -> Iterator[Remedy]:
    request = decision.request
    action, resource = Patterns((request.action,)), Patterns((_literal(request.resource),))
    lacking = set(decision.blocked_by)
    grantee = None
    if PolicyType.RESOURCE in lacking:
        grantee, reached = _grantee(decision)
        lacking.update(blocked_by(decision.bits | reached, decision.applicability))
    for type_ in PolicyType:
        attached = type_ is PolicyType.RESOURCE
        if type_ in lacking and not (attached and request.resource_type == OTHERS_OBJECT):
            named = None if attached and request.resource_type == ROLE else resource
            principal = grantee if attached else _EVERYONE if type_ in _FOR_EVERYONE else None
            yield Remedy(type_, Statement(Effect.ALLOW, action, named, principal))


def _grantee(decision: Decision) -> tuple[Principals, int]:
    """How a resource policy should name the caller: by its role if that is enough, else by itself."""
    principal: Principal = decision.request.principal
    match principal:
        case Anonymous():
            return Principals(everyone=True), DIRECT
        case Service():
            return Principals((("Service", (principal.name,)),)), DIRECT
        case WebIdentity() | Saml():
            return Principals((("Federated", (principal.provider,)),)), DIRECT
        case Root():
            return Principals((("AWS", (principal.arn,)),)), ACCOUNT
        case RoleSession() if not blocked_by(decision.bits | BEHIND, decision.applicability):
            return Principals((("AWS", (principal.role_arn,)),)), BEHIND
    return Principals((("AWS", (principal.arn,)),)), DIRECT


def allowed_as_json(
    principal: Principal, action: str, resource: str, owner: str | None, matches: tuple[Cited, ...]
) -> dict[str, Any]:
    """What `as_json` says of a request that these statements allow, none of which has conditions."""
    told = _decided(Verdict.ALLOW, principal, action, resource, list(map(_reference, matches)))
    return told | {"resourceAccount": owner}


def _decided(
    verdict: Verdict, principal: Principal, action: str, resource: str, matches: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "decision": str(verdict),
        "principal": principal.arn,
        "action": action,
        "resource": resource,
        "matches": matches,
    }


def _literal(resource: str) -> str:
    """The pattern that means this one resource."""
    if resource == "*":
        return resource
    return resource.translate(_LITERALLY)


def _written(principal: Principals | None) -> tuple[str, ...]:
    if principal is None:
        return ()
    names = tuple(name for _, names in principal.entries for name in names)
    return ("*",) if principal.everyone else names


def _applied(cited: Cited, request: Request) -> dict[str, Any]:
    """A statement that applies, with its conditions, which all hold."""
    found, conditions = _reference(cited), cited.rule.statement.conditions
    if not conditions:
        return found
    return found | {"conditions": [_failure_as_json(_condition(each, request)) for each in conditions]}


# Cached: most requests are decided by the same statements. None of its readers changes it.
@lru_cache(_REFERENCES)
def _reference(cited: Cited) -> dict[str, Any]:
    level = {"level": cited.source.level} if cited.source.level else {}
    return {
        "policyType": cited.type.value,
        "policy": cited.source.name,
        **level,
        "statement": cited.rule.index,
        "sid": cited.rule.statement.sid,
        "effect": cited.rule.statement.effect.value,
    }


def _failure_as_json(failure: Failure) -> dict[str, Any]:
    failed: dict[str, Any] = {"element": failure.element}
    if failure.operator:
        failed |= {"operator": failure.operator, "key": failure.key}
    actual = list(failure.actual) if isinstance(failure.actual, tuple) else failure.actual
    return failed | {"expected": list(failure.expected), "actual": actual}
