"""What an account inherits of the policies that describe a configuration, such as tag policies.

An effective policy is never invalid here, since what isn't allowed has no effect
(`organizations.inheritance`).
Source: AWS Organizations API Reference, DescribeEffectivePolicy, ListAccountsWithInvalidEffectivePolicy,
ListEffectivePolicyValidationErrors.
"""

from watchword.organizations import tree
from watchword.organizations.inheritance import effective
from watchword.organizations.refusals import refusal
from watchword.organizations.tree import Target
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.organizations import current, pages
from watchword.services.organizations.demands import For, on, on_effective_policy
from watchword.store.organizations import attachments, policies
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization
from watchword.store.organizations.policies import Policy
from watchword.store.organizations.units import Unit


def describe_effective_policy(call: Call) -> Output:
    """DescribeEffectivePolicy."""
    here, target_id = current.organization(call), call.input.get("TargetId", call.account)
    target = tree.target(call.tx, here, target_id)
    if target is None:
        raise refusal("TargetNotFoundException")
    type_ = call.input["PolicyType"]
    levels = [_attached(call, here, each, type_) for each in _path(call, here, target)]
    inherited = [policy for level in levels for policy in level]
    if not inherited:
        raise refusal("EffectivePolicyNotFoundException")
    return {
        "EffectivePolicy": {
            "PolicyContent": effective([policy.content for policy in level] for level in levels),
            "LastUpdatedTimestamp": max(policy.updated for policy in inherited),
            "TargetId": target_id,
            "PolicyType": type_,
        }
    }


def list_invalid(call: Call) -> Output:
    """ListAccountsWithInvalidEffectivePolicy: none is."""
    current.organization(call)
    pages.start_of(call)
    return {"Accounts": [], "PolicyType": call.input["PolicyType"]}


def list_errors(call: Call) -> Output:
    """ListEffectivePolicyValidationErrors: there are none."""
    here, account = current.organization(call), current.account(call)
    pages.start_of(call)
    above = [unit.id for unit in tree.above(call.tx, here, account.parent)]
    return {
        "AccountId": account.account,
        "PolicyType": call.input["PolicyType"],
        "Path": tree.path(here, *above, account.account),
        "EvaluationTimestamp": call.now,
        "EffectivePolicyValidationErrors": [],
    }


def _path(call: Call, here: Organization, target: Target) -> list[str]:
    """The ids from the root down to the target."""
    match target:
        case Organization():
            return [here.root]
        case Unit():
            return [here.root, *(unit.id for unit in tree.above(call.tx, here, target.id))]
        case Member():
            above = tree.above(call.tx, here, target.parent)
            return [here.root, *(unit.id for unit in above), target.account]


def _attached(call: Call, here: Organization, target_id: str, type_: str) -> list[Policy]:
    attached = attachments.of_target(call.tx, here.id, target_id)
    found = [policies.by_id(call.tx, each.policy) for each in attached if each.type == type_]
    return [policy for policy in found if policy]


OPERATIONS: dict[str, Operation] = {
    "DescribeEffectivePolicy": reads(describe_effective_policy, on_effective_policy),
    "ListAccountsWithInvalidEffectivePolicy": reads(list_invalid, on(by=For.DELEGATED)),
    "ListEffectivePolicyValidationErrors": reads(list_errors, on("AccountId", by=For.DELEGATED)),
}
