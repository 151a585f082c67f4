"""May they?  The one place that decides.

Gather what speaks about the caller and about the resource, the policies of their organizations included, hand
it to the engine, and refuse with the engine's own reason. Every way in ends here: a role's trust policy is
the role's resource policy, so assuming a role is decided like anything else.

A decision has a budget (`policy.evaluation.cost`). On the event loop it is small, and what could take more is
decided by a thread. There a call with many demands divides one budget among them, and what could take more is
refused: so no policy and no request can hold the server.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from watchword.access.condition_keys import Gathering
from watchword.access.demand import Demand
from watchword.access.request_context import RequestContext
from watchword.identity.service_linked_roles import acts_as_linked
from watchword.names import AwsError, fault
from watchword.names.fold import fold
from watchword.names.would_block import WouldBlock
from watchword.policy import Decision, Request, Source
from watchword.policy.evaluation.cost import BUDGET, BUDGET_OF_A_CALL
from watchword.policy.evaluation.decision import message
from watchword.policy.evaluation.request import Later

AT_ONCE: Final = BUDGET >> 3
"""Steps of a decision on the event loop: about two milliseconds."""


def authorize(context: RequestContext, demands: tuple[Demand, ...]) -> tuple[Decision, ...]:
    """A decision for each demand. Whether a refusal ends the call is `refusal`'s to say."""
    if not demands:
        return ()
    keys, budget = Gathering(context), min(BUDGET, BUDGET_OF_A_CALL // len(demands))
    return tuple([_decide(context, demand, keys, budget) for demand in demands])


def refusal(demands: tuple[Demand, ...], decisions: tuple[Decision, ...]) -> AwsError | None:
    """The error for the first demand that was refused and isn't optional."""
    for demand, decision in zip(demands, decisions, strict=True):
        if not decision.allowed and not demand.optional:
            said = demand.said or message(decision, demand.called)
            return AwsError("AccessDenied", 0, said, headers=demand.headers)
    return None


def _decide(context: RequestContext, demand: Demand, keys: Gathering, budget: int) -> Decision:
    facts, caller = context.world.facts, context.caller
    _refuse_twice(demand.context)
    owner = keys.standing_of(demand.account)
    request = Request(
        caller.principal,
        demand.action,
        demand.resource,
        Later(partial(keys.of, demand, owner)),
        resource_account=demand.account,
        resource_type=demand.resource_type,
        service_linked=acts_as_linked(caller.principal),
    )
    decision = facts.engine(caller.principal, caller.session).decide(
        request,
        resource_policy=Source(demand.policy, demand.policy_name) if demand.policy else None,
        scps=keys.standing.scps,
        rcps=owner.rcps,
        budget=min(budget, AT_ONCE) if facts.cached else budget,
    )
    if facts.cached and decision.steps:
        raise WouldBlock
    return decision


def _refuse_twice(keys: Mapping[str, object]) -> None:
    """Raises ValidationError for the tags of a request: no others can be given twice."""
    if len(keys) > 1 and len(set(map(fold, keys))) < len(keys):
        said = "Tag keys are compared without regard to case, and one of these is given twice."
        raise fault("ValidationError", said, "a context key is given twice, in different case")
