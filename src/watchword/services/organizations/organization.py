"""The organization as a whole.

An organization begins with its management account alone. No type of policies is enabled then: the API
Reference says that SCPs are, but AWS's answers show that they aren't.
"""

from watchword.names import nouns
from watchword.organizations import ids
from watchword.organizations.refusals import refusal
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, shapes
from watchword.services.organizations.demands import For, on
from watchword.store import Transaction, accounts, tags
from watchword.store.organizations import (
    attachments,
    creations,
    members,
    organizations,
    policies,
    resource_policies,
    services,
    units,
)
from watchword.store.organizations.members import INVITED, Member
from watchword.store.organizations.organizations import ALL_FEATURES, Organization


def create_organization(call: Call) -> Output:
    """CreateOrganization."""
    if members.of_account(call.tx, call.account):
        raise refusal("AlreadyInOrganizationException")
    made = Organization(
        id=ids.new_organization_id(call.world.randomness),
        management=call.account,
        root=_new_root_id(call),
        created=call.now,
        features=call.input.get("FeatureSet", ALL_FEATURES),
        partition=call.partition,
    )
    organizations.insert(call.tx, made)
    members.insert(call.tx, Member(call.account, made.id, made.root, call.now, INVITED))
    return _described(call, made)


def describe_organization(call: Call) -> Output:
    """DescribeOrganization."""
    return _described(call, current.organization(call))


def delete_organization(call: Call) -> Output:
    """DeleteOrganization: nothing is in it any more but the management account."""
    here = current.organization(call)
    others = members.count(call.tx, here.id) - 1
    if others or units.count(call.tx, here.id) or policies.count_all(call.tx, here.id):
        raise refusal("OrganizationNotEmptyException")
    _remove(call.tx, here)
    return {}


def _remove(tx: Transaction, organization: Organization) -> None:
    creations.remove_all(tx, organization.id)
    services.remove_all(tx, organization.id)
    resource_policies.remove(tx, organization.id)
    for target in (organization.root, organization.management):
        attachments.remove_target(tx, organization.id, target)
        tags.remove_all(tx, nouns.IN_ORGANIZATION, target)
    member = members.of_account(tx, organization.management)
    if member:
        members.remove(tx, member)
    organizations.remove(tx, organization)


def _described(call: Call, organization: Organization) -> Output:
    management = accounts.by_id(call.tx, organization.management)
    assert management, "a foreign key keeps it"
    return {"Organization": shapes.organization(organization, management)}


def _new_root_id(call: Call) -> str:
    """It is short, and each unit's id begins with it: no two organizations have the same."""
    while True:
        drawn = ids.new_root_id(call.world.randomness)
        if organizations.of_root(call.tx, drawn) is None:
            return drawn


OPERATIONS: dict[str, Operation] = {
    "CreateOrganization": writes(create_organization, on(by=For.ANYBODY)),
    "DescribeOrganization": reads(describe_organization, on(by=For.MEMBERS)),
    "DeleteOrganization": writes(delete_organization, on()),
}
