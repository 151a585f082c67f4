"""May they?  The one place that decides.

Gather what speaks about the caller and about the resource, hand it to the engine, and refuse with the
engine's own reason. Every way in ends here: a role's trust policy is the role's resource policy, so
assuming a role is decided like anything else.
"""

from datetime import datetime

from msgspec import Struct

from watchword.access.caller import Caller
from watchword.access.context import Context, call_context, demand_context
from watchword.access.demand import Demand
from watchword.facts import Facts
from watchword.names import AwsError, HttpRequest, fault
from watchword.policy import Decision, Request, Source
from watchword.policy.evaluation.decision import message
from watchword.world import World


class Circumstances(Struct, frozen=True):
    """What is the same for all demands of one call."""

    world: World
    caller: Caller
    request: HttpRequest
    region: str
    now: datetime


def authorize(circumstances: Circumstances, demands: tuple[Demand, ...]) -> tuple[Decision, ...]:
    """A decision for each demand. Whether a refusal ends the call is `refusal`'s to say."""
    if not demands:
        return ()
    world, caller = circumstances.world, circumstances.caller
    of_call = call_context(world.facts, caller, circumstances.request, circumstances.now)
    return tuple(
        _decide(world.facts, caller, demand, demand_context(demand, of_call, circumstances.region))
        for demand in demands
    )


def refusal(demands: tuple[Demand, ...], decisions: tuple[Decision, ...]) -> AwsError | None:
    """The error for the first demand that was refused and isn't optional."""
    for demand, decision in zip(demands, decisions, strict=True):
        if not decision.allowed and not demand.optional:
            return fault("AccessDenied", message(decision))
    return None


def _decide(facts: Facts, caller: Caller, demand: Demand, context: Context) -> Decision:
    try:
        request = Request(
            caller.principal,
            demand.action,
            demand.resource,
            context,
            resource_account=demand.account,
            resource_type=demand.resource_type,
        )
    except ValueError as twice:
        said = "Tag keys are compared without regard to case, and one of these is given twice."
        raise fault("ValidationError", said, str(twice)) from None
    attached = Source(demand.policy, demand.policy_name) if demand.policy else None
    return facts.engine(caller.principal, caller.session).decide(request, resource_policy=attached)
