"""The policy simulator: what would be decided on a request, by the same engine that decides real ones.

Source: IAM API Reference, "SimulateCustomPolicy", "SimulatePrincipalPolicy", "EvaluationResult",
"GetContextKeysForCustomPolicy". A simulation is a decision, with what the API reports besides: the statements
that matched, and whether boundary and organization alone would allow the call.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from watchword.names.fold import fold
from watchword.policy.evaluation.combine import BOUNDARY, DENIED, PolicyType
from watchword.policy.evaluation.conditions import operator
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Policy
from watchword.policy.evaluation.policies import Policies, decide
from watchword.policy.evaluation.request import Request
from watchword.policy.evaluation.table import Cited
from watchword.policy.language.grammar import VARIABLES_SINCE, Statement
from watchword.policy.language.variables import keys_in


class Simulation(Struct, frozen=True, eq=False):
    """One action on one resource, tried."""

    decision: Decision
    matched: tuple[Cited, ...]
    """The Allows of what is allowed, the Denies of what isn't."""
    allowed_by_boundary: bool | None
    """None where there is no boundary."""
    allowed_by_organization: bool | None
    """None where there are no service control policies."""


def simulate(request: Request, policies: Policies) -> Simulation:
    """The decision, and what the simulator reports about it."""
    decision = decide(request, policies)
    return Simulation(
        decision,
        tuple(each for each in decision.matches if each.rule.deny is not decision.allowed),
        None if policies.boundary is None else _passes(decision, PolicyType.BOUNDARY, policies),
        None if policies.scps is None else _passes(decision, PolicyType.SCP, policies),
    )


def context_keys(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Every context key that conditions and variables of these policies use, as first written."""
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for key in _keys_of(statement, variables=policy.version == VARIABLES_SINCE):
                found.setdefault(fold(key), key)
    return tuple(found.values())


def _passes(decision: Decision, kind: PolicyType, policies: Policies) -> bool:
    """Whether the policies of one type deny nothing and allow what they must."""
    if any(each.type is kind and each.rule.deny for each in decision.matches):
        return False
    if decision.bits & DENIED:
        return not _blocked_alone(decision, kind, policies)
    if kind is PolicyType.BOUNDARY:
        return bool(decision.bits & BOUNDARY)
    return all(decision.bits & bit for each, bit in decision.situation.levels if each is kind)


def _blocked_alone(decision: Decision, kind: PolicyType, policies: Policies) -> bool:
    """Whether the policies of one type block by themselves: for a decision that a Deny elsewhere ended."""
    alone = {
        PolicyType.BOUNDARY: Policies(identity=policies.boundary or ()),
        PolicyType.SCP: Policies(scps=policies.scps),
    }[kind]
    blocked = decide(decision.request, alone).blocked_by
    return (PolicyType.IDENTITY if kind is PolicyType.BOUNDARY else kind) in blocked


def _keys_of(statement: Statement, *, variables: bool) -> Iterator[str]:
    for condition in statement.conditions:
        yield condition.key
        found = operator(condition.operator)
        if variables and found is not None and found.comparison.variables:
            for value in condition.values:
                yield from keys_in(value)
    if variables and statement.resource is not None:
        for value in statement.resource.values:
            yield from keys_in(value)
