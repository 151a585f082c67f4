"""Which policies are attached where.

1. A type is enabled in the root, or none of its policies is attached anywhere.
2. When a type is enabled, its policy of AWS is attached to everything; later, to each new unit and account.
3. A target keeps as many policies of a type as the type demands (the last SCP can't be detached).
4. A target has at most as many as the type allows, and none twice.
Source: AWS Organizations API Reference, AttachPolicy, DetachPolicy, EnablePolicyType, DisablePolicyType.
"""

from collections.abc import Iterable

from watchword.organizations.policy_types import TYPES
from watchword.organizations.refusals import invalid, refusal, violates
from watchword.store import Transaction
from watchword.store.organizations import attachments, members, organizations, units
from watchword.store.organizations.attachments import Attachment
from watchword.store.organizations.organizations import ALL_FEATURES, Organization
from watchword.store.organizations.policies import Policy


def enable(tx: Transaction, organization: Organization, type_: str) -> None:
    """Raises PolicyTypeAlreadyEnabledException, or the refusal of a type that isn't available."""
    if organization.features != ALL_FEATURES:
        raise refusal("PolicyTypeNotAvailableForOrganizationException")
    if type_ in organization.policy_types:
        raise refusal("PolicyTypeAlreadyEnabledException")
    organizations.set_policy_types(tx, organization, (*organization.policy_types, type_))
    below = (*units.ids(tx, organization.id), *members.ids(tx, organization.id))
    _attach_default(tx, organization, type_, (organization.root, *below))


def disable(tx: Transaction, organization: Organization, type_: str) -> None:
    """Raises PolicyTypeNotEnabledException."""
    if type_ not in organization.policy_types:
        raise refusal("PolicyTypeNotEnabledException")
    left = tuple(each for each in organization.policy_types if each != type_)
    organizations.set_policy_types(tx, organization, left)
    attachments.remove_type(tx, organization.id, type_)


def attach_defaults(tx: Transaction, organization: Organization, target_id: str) -> None:
    """Rule 2, for a new unit or account."""
    for type_ in organization.policy_types:
        _attach_default(tx, organization, type_, (target_id,))


def attach(tx: Transaction, organization: Organization, policy: Policy, target_id: str) -> None:
    """Attaches a policy to a target that is there."""
    # 1. Its type is enabled.
    if policy.type not in organization.policy_types:
        raise refusal("PolicyTypeNotEnabledException")
    # 2. It isn't attached there.
    if attachments.one(tx, organization.id, target_id, policy.id):
        raise refusal("DuplicatePolicyAttachmentException")
    # 3. There is room for it.
    most = TYPES[policy.type].most_attached
    if attachments.count(tx, organization.id, target_id, policy.type) >= most:
        raise violates(
            "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            f"At most {most} policies of type {policy.type} can be attached to one target.",
        )
    attachments.insert(tx, [Attachment(organization.id, policy.type, policy.id, target_id)])


def detach(tx: Transaction, organization: Organization, policy: Policy, target_id: str) -> None:
    """Detaches a policy from a target that is there."""
    type_ = TYPES[policy.type]
    # 1. It is one that can be detached.
    if not policy.organization and not type_.detachable:
        raise invalid("NON_DETACHABLE_POLICY", f"The policy {policy.name} can't be detached.")
    # 2. It is attached there.
    found = attachments.one(tx, organization.id, target_id, policy.id)
    if found is None:
        raise refusal("PolicyNotAttachedException")
    # 3. Enough others are.
    if attachments.count(tx, organization.id, target_id, policy.type) <= type_.least_attached:
        raise violates(
            "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            f"Each target needs a policy of type {policy.type}: attach another one before you detach this.",
        )
    attachments.remove(tx, found)


def _attach_default(tx: Transaction, organization: Organization, type_: str, targets: Iterable[str]) -> None:
    default = TYPES[type_].default
    if default is not None:
        made = [Attachment(organization.id, type_, default.id, target) for target in targets]
        attachments.insert(tx, made)
