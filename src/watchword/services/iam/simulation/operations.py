"""The policy simulator: what would be decided, and by which statements.

Source: IAM API Reference, "SimulateCustomPolicy", "SimulatePrincipalPolicy", "EvaluationResult",
"ResourceSpecificResult", "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy".

* One result for each action. What it says of all resources together is the strictest answer; each
  resource has its own in ResourceSpecificResults, unless "*" is all that was asked about.
* Matched statements of identity and resource policies are named, not those of boundaries and organizations.
* A statement starts behind the bracket or the statement before it and ends behind itself, as in AWS's
  own examples (AWS CLI Command Reference, "simulate-custom-policy").
* An answer holds at most MOST_TRIED decisions, and ends when they took BUDGET_OF_A_CALL steps: IAM may
  answer fewer results than MaxItems.
* Only a few simulations run at once (`World.simulating`), so nobody takes all threads with them. Another one
  is refused with Throttling, and SDKs try it again.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from watchword.identity.refusals import refusal
from watchword.identity.service_linked_roles import acts_as_linked
from watchword.names import Arn, fault
from watchword.policy import Request
from watchword.policy.evaluation.combine import PolicyType, Verdict
from watchword.policy.evaluation.cost import BUDGET, BUDGET_OF_A_CALL
from watchword.policy.evaluation.entries import Cited
from watchword.policy.evaluation.simulate import Simulation, context_keys, simulate
from watchword.services.iam import demands, pages
from watchword.services.iam.shapes import Shape
from watchword.services.iam.simulation import inputs
from watchword.services.iam.simulation.inputs import SimulationInput, invalid
from watchword.services.operation import Call, Operation, Output, reads

MOST_TRIED = 10_000
EVERYTHING = "*"
_ACTION = re.compile(r"[a-z0-9-]+:[a-z0-9-]+", re.ASCII | re.IGNORECASE)

WORDS = {
    Verdict.ALLOW: "allowed",
    Verdict.IMPLICIT_DENY: "implicitDeny",
    Verdict.EXPLICIT_DENY: "explicitDeny",
}
"""What the simulator calls a verdict, the strictest last."""
TYPES = {
    PolicyType.IDENTITY: "IAM Policy",
    PolicyType.RESOURCE: "Resource Policy",
    PolicyType.BOUNDARY: "Permissions Boundary Policy",
}
"""What it calls the types of policy of which it tells how each contributed."""


def simulate_custom_policy(call: Call) -> Output:
    """SimulateCustomPolicy."""
    with call.world.simulating:
        return _simulate(call, inputs.of_input(call))


def simulate_principal_policy(call: Call) -> Output:
    """SimulatePrincipalPolicy."""
    with call.world.simulating:
        return _simulate(call, inputs.of_principal(call))


def get_context_keys_for_custom_policy(call: Call) -> Output:
    """GetContextKeysForCustomPolicy."""
    found = inputs.given(call, "PolicyInputList")
    return {"ContextKeyNames": list(context_keys(each.policy for each in found))}


def get_context_keys_for_principal_policy(call: Call) -> Output:
    """GetContextKeysForPrincipalPolicy."""
    found = inputs.source(call).identity | inputs.given(call, "PolicyInputList")
    return {"ContextKeyNames": list(context_keys(each.policy for each in found))}


def _simulate(call: Call, inputs: SimulationInput) -> Output:
    actions = _actions(call)
    resources = _resources(call)
    start = _start(call)
    stop = start + max(1, min(pages.size_of(call), MOST_TRIED // len(resources)))
    results: list[Shape] = []
    work = 0
    for action in actions[start:stop]:
        tried = [_try(inputs, _request(inputs, action, each), len(resources)) for each in resources]
        results.append(_result(inputs, tried))
        work += sum(each.decision.work for each in tried)
        if work > BUDGET_OF_A_CALL:
            break
    stop = start + len(results)
    return {"EvaluationResults": results, **pages.end(str(stop), more=stop < len(actions))}


def _start(call: Call) -> int:
    number = pages.start_of(call) or "0"
    if not number.isdecimal():
        raise fault("ValidationError", "Invalid Marker.")
    return int(number)


def _actions(call: Call) -> Sequence[str]:
    actions: Sequence[str] = call.input["ActionNames"]
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise invalid(f"Invalid action name: {action}")
    return actions


def _resources(call: Call) -> Sequence[str]:
    resources: Sequence[str] = call.input.get("ResourceArns") or [EVERYTHING]
    for resource in resources:
        _account(resource)
    return resources


def _account(resource: str) -> str:
    """The account in an ARN, empty where it names none."""
    if resource == EVERYTHING:
        return ""
    try:
        return Arn.parse(resource).account
    except ValueError:
        raise invalid(f"Invalid resource ARN: {resource}") from None


# One action on its resources


def _try(inputs: SimulationInput, request: Request, many: int) -> Simulation:
    """One of `many` decisions of a result. Raises PolicyEvaluation when it could take too long."""
    found = simulate(request, inputs.policies, min(BUDGET, BUDGET_OF_A_CALL // many))
    if found.decision.steps:
        said = "The policies take too long to evaluate. Simulate fewer resources at a time."
        raise refusal("PolicyEvaluation", said)
    return found


def _result(inputs: SimulationInput, tried: Sequence[Simulation]) -> Shape:
    """EvaluationResult."""
    requests = [each.decision.request for each in tried]
    resources = [each.resource for each in requests]
    result: Shape = {
        "EvalActionName": requests[0].action,
        "EvalResourceName": resources[0] if len(resources) == 1 else EVERYTHING,
        "EvalDecision": _strictest(WORDS[each.decision.verdict] for each in tried),
        **_reported(inputs, tried),
        **_organization(tried),
        **_details(tried),
    }
    if resources != [EVERYTHING]:
        result["ResourceSpecificResults"] = [_specific(inputs, each) for each in tried]
    return result


def _request(inputs: SimulationInput, action: str, resource: str) -> Request:
    owner = _account(resource) or inputs.owner
    linked = acts_as_linked(inputs.principal)
    return Request(
        inputs.principal, action, resource, inputs.context, resource_account=owner, service_linked=linked
    )


def _specific(inputs: SimulationInput, tried: Simulation) -> Shape:
    """ResourceSpecificResult."""
    return {
        "EvalResourceName": tried.decision.request.resource,
        "EvalResourceDecision": WORDS[tried.decision.verdict],
        **_reported(inputs, [tried]),
        **({} if tried.decision.applicability.same_account else _details([tried])),
    }


def _reported(inputs: SimulationInput, tried: Sequence[Simulation]) -> Shape:
    """The members that a result has for one resource as for all of them."""
    matched = dict.fromkeys(chain.from_iterable(each.matched for each in tried))
    return {
        "MatchedStatements": [
            _statement(inputs, each) for each in matched if each.source in inputs.by_origin
        ],
        "MissingContextValues": list(inputs.missing),
        **_boundary(tried),
    }


def _boundary(tried: Sequence[Simulation]) -> Shape:
    """PermissionsBoundaryDecisionDetail, where there is one."""
    allowed = [each.allowed_by_boundary for each in tried]
    if None in allowed:
        return {}
    return {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": all(allowed)}}


def _organization(tried: Sequence[Simulation]) -> Shape:
    """OrganizationsDecisionDetail, where there is an organization, or service control policies are given."""
    allowed = [each.allowed_by_organization for each in tried]
    if None in allowed:
        return {}
    return {"OrganizationsDecisionDetail": {"AllowedByOrganizations": all(allowed)}}


def _details(tried: Sequence[Simulation]) -> Shape:
    """EvalDecisionDetails: empty within one account, absent for "*" and where an SCP denies.

    A single resource has none within one account.
    """
    if any(each.decision.request.resource == EVERYTHING for each in tried):
        return {}
    if any(each.allowed_by_organization is False for each in tried):
        return {}
    across = [each for each in tried if not each.decision.applicability.same_account]
    kinds = [
        kind for kind in TYPES if kind is not PolicyType.BOUNDARY or tried[0].allowed_by_boundary is not None
    ]
    details = {
        TYPES[kind]: _strictest(_contribution(each, kind) for each in across) for kind in kinds if across
    }
    return {"EvalDecisionDetails": details}


def _contribution(tried: Simulation, kind: PolicyType) -> str:
    """What the policies of one type say by themselves."""
    denies = [each.rule.deny for each in tried.decision.matches if each.type is kind]
    if not denies:
        return WORDS[Verdict.IMPLICIT_DENY]
    return WORDS[Verdict.EXPLICIT_DENY if any(denies) else Verdict.ALLOW]


def _strictest(words: Iterable[str]) -> str:
    return max(words, key=list(WORDS.values()).index)


def _statement(inputs: SimulationInput, cited: Cited) -> Shape:
    """Statement: which, of which document, and where in it."""
    document = inputs.by_origin[cited.source]
    start, end = document.extents[cited.rule.index]
    return {
        "SourcePolicyId": document.id,
        "SourcePolicyType": document.type,
        "StartPosition": {"Line": start.line, "Column": start.column},
        "EndPosition": {"Line": end.line, "Column": end.column},
    }


OPERATIONS: dict[str, Operation] = {
    "SimulateCustomPolicy": reads(simulate_custom_policy, demands.on_account),
    "SimulatePrincipalPolicy": reads(simulate_principal_policy, demands.on_source("PolicySourceArn")),
    "GetContextKeysForCustomPolicy": reads(get_context_keys_for_custom_policy, demands.on_account),
    "GetContextKeysForPrincipalPolicy": reads(
        get_context_keys_for_principal_policy, demands.on_source("PolicySourceArn")
    ),
}
