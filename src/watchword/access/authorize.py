"""May they?  The one place that decides.

Gather what speaks about the caller and about the resource, hand it to the engine, and refuse with the
engine's own reason. Every way in ends here: a role's trust policy is the role's resource policy, so
assuming a role is decided like anything else.
"""

from watchword.access.caller import Caller
from watchword.access.condition_keys import Keys, call_keys, demand_keys
from watchword.access.demand import Demand
from watchword.access.request_context import RequestContext
from watchword.facts import Facts
from watchword.names import AwsError, fault
from watchword.policy import Decision, Request, Source
from watchword.policy.evaluation.decision import message


def authorize(context: RequestContext, demands: tuple[Demand, ...]) -> tuple[Decision, ...]:
    """A decision for each demand. Whether a refusal ends the call is `refusal`'s to say."""
    if not demands:
        return ()
    of_call = call_keys(context)
    return tuple(
        _decide(context.world.facts, context.caller, demand, demand_keys(demand, of_call, context.region))
        for demand in demands
    )


def refusal(demands: tuple[Demand, ...], decisions: tuple[Decision, ...]) -> AwsError | None:
    """The error for the first demand that was refused and isn't optional."""
    for demand, decision in zip(demands, decisions, strict=True):
        if not decision.allowed and not demand.optional:
            return AwsError("AccessDenied", 0, message(decision, demand.called), headers=demand.headers)
    return None


def _decide(facts: Facts, caller: Caller, demand: Demand, keys: Keys) -> Decision:
    try:
        request = Request(
            caller.principal,
            demand.action,
            demand.resource,
            keys,
            resource_account=demand.account,
            resource_type=demand.resource_type,
        )
    except ValueError as twice:
        said = "Tag keys are compared without regard to case, and one of these is given twice."
        raise fault("ValidationError", said, str(twice)) from None
    attached = Source(demand.policy, demand.policy_name) if demand.policy else None
    return facts.engine(caller.principal, caller.session).decide(request, resource_policy=attached)
