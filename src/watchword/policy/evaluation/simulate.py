"""The policy simulator: what would be decided on a request, by the same engine that decides real ones.

Source: IAM API Reference, "SimulateCustomPolicy", "SimulatePrincipalPolicy", "EvaluationResult",
"GetContextKeysForCustomPolicy". A simulation is a decision, and what the API reports about it: the statements
that matched, and whether the boundary or the organization by itself would allow the call.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from watchword.policy.evaluation.combine import BOUNDARY, PolicyType
from watchword.policy.evaluation.conditions import operator
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Policy
from watchword.policy.evaluation.entries import Cited
from watchword.policy.evaluation.policies import Policies, decide
from watchword.policy.evaluation.request import Request
from watchword.policy.language.grammar import VARIABLES_SINCE, Condition, Statement
from watchword.policy.language.variables import folded, keys_in


class Simulation(Struct, frozen=True, eq=False):
    """One action on one resource, tried."""

    decision: Decision
    matched: tuple[Cited, ...]
    """The Allows of what is allowed, the Denies of what isn't."""
    allowed_by_boundary: bool | None
    """None where there is no boundary."""
    allowed_by_organization: bool | None
    """None where there are no service control policies, not even levels for them."""


def simulate(request: Request, policies: Policies, budget: int | None = None) -> Simulation:
    """The decision, and what the simulator reports about it."""
    decision = decide(request, policies, budget)
    return Simulation(
        decision,
        tuple(each for each in decision.matches if each.rule.deny is not decision.allowed),
        None if policies.boundary is None else _passes(decision, PolicyType.BOUNDARY),
        None if policies.scps is None else _passes(decision, PolicyType.SCP),
    )


def context_keys(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Every context key that conditions and variables of these policies use, as first written."""
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for key in keys_of(statement, variables=policy.version == VARIABLES_SINCE):
                found.setdefault(folded(key), key)
    return tuple(found.values())


def _passes(decision: Decision, type_: PolicyType) -> bool:
    """Whether the policies of one type deny nothing and allow what they must."""
    if any(each.type is type_ and each.rule.deny for each in decision.matches):
        return False
    if type_ is PolicyType.BOUNDARY:
        return bool(decision.bits & BOUNDARY)
    return all(decision.bits & bit for each, bit, _ in decision.applicability.levels if each is type_)


def keys_of(statement: Statement, *, variables: bool) -> Iterator[str]:
    """Every key that a statement uses. `variables`: whether its document knows variables."""
    for condition in statement.conditions:
        yield from keys_of_condition(condition, variables=variables)
    yield from keys_of_resource(statement, variables=variables)


def keys_of_condition(condition: Condition, *, variables: bool) -> Iterator[str]:
    """The key of a condition, and the keys of the variables in its values."""
    yield condition.key
    found = operator(condition.operator)
    if variables and found is not None and found.comparison.variables:
        for value in condition.values:
            yield from keys_in(value)


def keys_of_resource(statement: Statement, *, variables: bool) -> Iterator[str]:
    """The keys of the variables in Resource or NotResource."""
    if variables and statement.resource is not None:
        for value in statement.resource.values:
            yield from keys_in(value)
