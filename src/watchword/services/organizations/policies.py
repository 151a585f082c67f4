"""Policies of the organization. `attachments` says where they hold."""

from msgspec import structs

from watchword.names import nouns
from watchword.organizations import ids, quotas
from watchword.organizations.policy_types import TYPES, check_content
from watchword.organizations.refusals import invalid, refusal
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on, on_new_policy
from watchword.services.organizations.policy_types import known_type
from watchword.services.organizations.tags import put_given
from watchword.store import tags
from watchword.store.organizations import attachments, policies
from watchword.store.organizations.organizations import ALL_FEATURES
from watchword.store.organizations.policies import Policy


def create_policy(call: Call) -> Output:
    """CreatePolicy: its type need not be enabled yet."""
    here, type_, name = current.organization(call), known_type(call, "Type"), call.input["Name"]
    if here.features != ALL_FEATURES:
        raise refusal("PolicyTypeNotAvailableForOrganizationException")
    _check_name(call, here.id, type_, name)
    check_content(type_, call.input["Content"])
    quotas.check_policies(policies.count(call.tx, here.id, type_) + 1)
    made = Policy(
        id=ids.new_policy_id(call.world.randomness),
        organization=here.id,
        type=type_,
        name=name,
        content=call.input["Content"],
        created=call.now,
        updated=call.now,
        description=call.input["Description"],
    )
    policies.insert(call.tx, made)
    put_given(call, made.id)
    return shapes.policy(here, made)


def describe_policy(call: Call) -> Output:
    """DescribePolicy."""
    return shapes.policy(current.organization(call), current.policy(call))


def update_policy(call: Call) -> Output:
    """UpdatePolicy: a member that isn't given stays as it is."""
    here, policy = current.organization(call), _own(call)
    name, content = call.input.get("Name", policy.name), call.input.get("Content", policy.content)
    if name != policy.name:
        _check_name(call, here.id, policy.type, name)
    if "Content" in call.input:
        check_content(policy.type, content)
    described = call.input.get("Description", policy.description)
    policies.update(call.tx, policy, name=name, content=content, description=described, updated=call.now)
    return shapes.policy(here, structs.replace(policy, name=name, content=content, description=described))


def delete_policy(call: Call) -> Output:
    """DeletePolicy: it must be attached nowhere."""
    here, policy = current.organization(call), _own(call)
    used, _ = attachments.page_of_policy(call.tx, here.id, policy.id, limit=1)
    if used:
        raise refusal("PolicyInUseException")
    tags.remove_all(call.tx, nouns.IN_ORGANIZATION, policy.id)
    policies.remove(call.tx, policy)
    return {}


def list_policies(call: Call) -> Output:
    """ListPolicies: that of AWS first, then the organization's own."""
    here, type_ = current.organization(call), known_type(call, "Filter")
    start, size, default = pages.start_of(call), pages.size_of(call), TYPES[type_].default
    first = [default] if default and not start else []
    after = "" if default and start == default.id else start
    own, more = policies.page(call.tx, here.id, type_, after=after, limit=size - len(first))
    found = [*first, *own]
    shown = [shapes.policy_summary(here, each) for each in found]
    return {"Policies": shown, **pages.end(found[-1].id if found else "", more=more)}


def _own(call: Call) -> Policy:
    """The policy that PolicyId names, which AWS doesn't manage."""
    found = current.policy(call)
    if not found.organization:
        raise invalid("IMMUTABLE_POLICY", f"{found.name} is managed by AWS and can't be modified.")
    return found


def _check_name(call: Call, organization: str, type_: str, name: str) -> None:
    default = TYPES[type_].default
    if (default and default.name == name) or policies.named(call.tx, organization, type_, name):
        raise refusal("DuplicatePolicyException")


OPERATIONS: dict[str, Operation] = {
    "CreatePolicy": writes(create_policy, on_new_policy),
    "DescribePolicy": reads(describe_policy, on("PolicyId", by=For.DELEGATED)),
    "UpdatePolicy": writes(update_policy, on("PolicyId")),
    "DeletePolicy": writes(delete_policy, on("PolicyId")),
    "ListPolicies": reads(list_policies, on(by=For.DELEGATED)),
}
