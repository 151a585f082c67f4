"""The resource policy of the organization, by which the management account lets member accounts work in it.

1. It is about Organizations alone, and names the principals that it is for.
2. Users and roles in it are stored by their unique ids, as in a bucket policy.
Source: AWS Organizations API Reference, PutResourcePolicy; User Guide, "Delegated administrator for AWS
Organizations".
"""

from watchword.identity import policy_principals
from watchword.names import AwsError, nouns
from watchword.names.fold import fold
from watchword.organizations import ids
from watchword.organizations.refusals import invalid, refusal
from watchword.policy import Policy
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current
from watchword.services.organizations.demands import For, on, on_resource_policy
from watchword.services.organizations.tags import put_given
from watchword.store import tags
from watchword.store.organizations import resource_policies
from watchword.store.organizations.resource_policies import ResourcePolicy

_OURS = "organizations:"


def put_policy(call: Call) -> Output:
    """PutResourcePolicy: adds it, or replaces its content."""
    here = current.organization(call)
    try:
        policy = validate(call.input["Content"], DocumentKind.RESOURCE)
    except AwsError as wrong:
        raise invalid("INVALID_RESOURCE_POLICY_JSON", wrong.said) from None
    _check_actions(policy)
    try:
        stored = policy_principals.bind(call.tx, policy)
    except policy_principals.UnknownPrincipal as unknown:
        raise invalid("INVALID_PRINCIPAL", f"Invalid principal in policy: {unknown.name}") from None
    before = resource_policies.of_organization(call.tx, here.id)
    policy_id = before.id if before else ids.new_resource_policy_id(call.world.randomness)
    made = ResourcePolicy(here.id, policy_id, str(stored))
    resource_policies.put(call.tx, made)
    put_given(call, policy_id)
    return {"ResourcePolicy": _shown(call, made)}


def describe_policy(call: Call) -> Output:
    """DescribeResourcePolicy."""
    return {"ResourcePolicy": _shown(call, _existing(call))}


def delete_policy(call: Call) -> Output:
    """DeleteResourcePolicy."""
    found = _existing(call)
    tags.remove_all(call.tx, nouns.IN_ORGANIZATION, found.id)
    resource_policies.remove(call.tx, found.organization)
    return {}


def _existing(call: Call) -> ResourcePolicy:
    found = resource_policies.of_organization(call.tx, current.organization(call).id)
    if found is None:
        raise refusal("ResourcePolicyNotFoundException")
    return found


def _shown(call: Call, found: ResourcePolicy) -> dict[str, object]:
    arn = ids.resource_policy_arn(current.organization(call), found.id)
    content = str(policy_principals.unbind(call.tx, Policy.parse(found.content)))
    return {"ResourcePolicySummary": {"Id": found.id, "Arn": arn}, "Content": content}


def _check_actions(policy: Policy) -> None:
    """Rule 1. Raises InvalidInputException."""
    for statement in policy.statements:
        if statement.principal is None or statement.principal.negated:
            raise invalid("INVALID_PRINCIPAL", "Each statement of a resource policy has a Principal.")
        action = statement.action
        if (
            action is None
            or action.negated
            or not all(fold(each).startswith(_OURS) for each in action.values)
        ):
            raise invalid(
                "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
                "The actions of a resource policy are those of Organizations.",
            )


OPERATIONS: dict[str, Operation] = {
    "PutResourcePolicy": writes(put_policy, on_resource_policy),
    "DescribeResourcePolicy": reads(describe_policy, on(by=For.DELEGATED)),
    "DeleteResourcePolicy": writes(delete_policy, on()),
}
