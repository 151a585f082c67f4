"""Where policies are attached: to roots, units and accounts."""

from watchword.organizations import attaching, tree
from watchword.organizations.policy_types import OF_AWS
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on
from watchword.services.organizations.policy_types import known_type
from watchword.store.organizations import attachments, policies


def attach_policy(call: Call) -> Output:
    """AttachPolicy."""
    policy = current.policy(call)
    current.target(call)
    attaching.attach(call.tx, current.organization(call), policy, call.input["TargetId"])
    return {}


def detach_policy(call: Call) -> Output:
    """DetachPolicy."""
    policy = current.policy(call)
    current.target(call)
    attaching.detach(call.tx, current.organization(call), policy, call.input["TargetId"])
    return {}


def list_policies_for_target(call: Call) -> Output:
    """ListPoliciesForTarget: what is attached right there, of one type; what is inherited isn't in it."""
    current.target(call)
    here, type_ = current.organization(call), known_type(call, "Filter")
    after, size = pages.position_of(call), pages.size_of(call)
    found, more = attachments.page_of_target(
        call.tx, here.id, call.input["TargetId"], type_, after=after, limit=size
    )
    attached = [OF_AWS.get(each.policy) or policies.by_id(call.tx, each.policy) for each in found]
    shown = [shapes.policy_summary(here, each) for each in attached if each]
    return {"Policies": shown, **pages.end(found[-1].position if found else "", more=more)}


def list_targets_for_policy(call: Call) -> Output:
    """ListTargetsForPolicy."""
    here, policy = current.organization(call), current.policy(call)
    after, size = pages.position_of(call), pages.size_of(call)
    found, more = attachments.page_of_policy(call.tx, here.id, policy.id, after=after, limit=size)
    targets = [tree.target(call.tx, here, each.target) for each in found]
    shown = [shapes.target(here, each) for each in targets if each]
    return {"Targets": shown, **pages.end(found[-1].position if found else "", more=more)}


OPERATIONS: dict[str, Operation] = {
    "AttachPolicy": writes(attach_policy, on("PolicyId", "TargetId")),
    "DetachPolicy": writes(detach_policy, on("PolicyId", "TargetId")),
    "ListPoliciesForTarget": reads(list_policies_for_target, on("TargetId", by=For.DELEGATED)),
    "ListTargetsForPolicy": reads(list_targets_for_policy, on("PolicyId", by=For.DELEGATED)),
}
