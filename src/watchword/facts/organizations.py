"""Where an account stands: its organization, the path to it, and the policies on that path.

1. An account that is in no organization, and every caller without an account, stands alone: nothing limits
   it.
2. The policies of each level apply, from the root over the units to the account. A type of policies that
   isn't enabled limits nothing.
3. The management account is exempt from SCPs as a caller, and from RCPs as the owner of a resource.
4. A level on which nothing is attached allows nothing.
A change of any level, of a policy attached there, or of the account's membership makes this untrue.

Source: AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation"; IAM User Guide, "AWS global
condition context keys", aws:PrincipalOrgPaths (the form of a path).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from watchword.facts.fact import Fact, Reading
from watchword.organizations import ids, tree
from watchword.organizations.policy_types import OF_AWS, RCP, SCP
from watchword.policy import Policy, Source
from watchword.policy.evaluation.setting import Levels
from watchword.store import Topic
from watchword.store.organizations import (
    attachments,
    handshakes,
    members,
    organizations,
    policies,
    resource_policies,
    services,
    units,
)
from watchword.store.organizations.organizations import Organization


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one account. `scps` limit it as a caller, `rcps` as the owner of a resource."""

    organization: Organization | None = None
    path: str = ""
    scps: Levels | None = None
    rcps: Levels | None = None
    delegated: frozenset[str] = frozenset()
    """The services that it administers for the organization, by their principals."""

    @property
    def management(self) -> str:
        """The management account; empty for an account that stands alone."""
        return self.organization.management if self.organization else ""


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """A policy of an organization; `policy` is None where decisions aren't made by policies of its type."""

    organization: str
    type: str
    arn: str
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class ResourcePolicyFact:
    """The resource policy of an organization."""

    arn: str
    policy: Policy


ALONE = Standing()


def _standing(reading: Reading, account: str) -> Standing:
    reading.depends_on(Topic("account", account))
    member = members.of_account(reading.tx, account)
    organization = organizations.by_id(reading.tx, member.organization) if member else None
    if member is None or organization is None:
        return ALONE
    reading.depends_on(Topic(organizations.KIND, organization.id))
    above = tree.above(reading.tx, organization, member.parent)
    reading.depends_on(*(Topic(units.KIND, unit.id) for unit in above))
    path = tree.path(organization, *(unit.id for unit in above))
    if account == organization.management:
        return Standing(organization, path)
    levels = {
        organization.root: tree.called(organization),
        **{unit.id: tree.called(unit) for unit in above},
        account: tree.called(member),
    }
    scps, rcps = (_levels(reading, organization, type_, levels) for type_ in (SCP, RCP))
    delegated = services.delegations_of(reading.tx, organization.id, account)
    return Standing(organization, path, scps, rcps, frozenset(each.service for each in delegated))


def _levels(
    reading: Reading, organization: Organization, type_: str, levels: dict[str, str]
) -> Levels | None:
    if type_ not in organization.policy_types:
        return None
    return tuple(
        tuple(_attached(reading, organization, type_, target, called)) for target, called in levels.items()
    )


def _attached(
    reading: Reading, organization: Organization, type_: str, target: str, called: str
) -> Iterator[Source]:
    reading.depends_on(Topic(attachments.KIND, target))
    for each in attachments.of_target(reading.tx, organization.id, target):
        found = reading.get(ORGANIZATION_POLICY, each.policy) if each.type == type_ else None
        if found is not None and found.policy is not None:
            yield Source(found.policy, found.arn, called)


def _policy(reading: Reading, policy_id: str) -> PolicyFact | None:
    found = OF_AWS.get(policy_id) or policies.by_id(reading.tx, policy_id)
    if found is None:
        return None
    reading.depends_on(Topic(policies.KIND, policy_id))
    owner = organizations.by_id(reading.tx, found.organization)
    policy = reading.policy(found.content) if found.type in (SCP, RCP) else None
    return PolicyFact(found.organization, found.type, ids.policy_arn(owner, found), policy)


def _resource_policy(reading: Reading, organization_id: str) -> ResourcePolicyFact | None:
    organization = organizations.by_id(reading.tx, organization_id)
    found = resource_policies.of_organization(reading.tx, organization_id)
    if organization is None or found is None:
        return None
    reading.depends_on(Topic(organizations.KIND, organization_id))
    return ResourcePolicyFact(ids.resource_policy_arn(organization, found.id), reading.policy(found.content))


def _handshake(reading: Reading, handshake_id: str) -> str | None:
    found = handshakes.by_id(reading.tx, handshake_id)
    reading.depends_on(Topic("account", found.management if found else ""))
    return ids.handshake_arn(found) if found else None


STANDING = Fact("standing", _standing)
"""By account; of each account there is one."""
ORGANIZATION_POLICY = Fact("organization-policy", _policy)
"""A policy of any type, by its id."""
RESOURCE_POLICY = Fact("organization-resource-policy", _resource_policy)
"""By the id of an organization."""
HANDSHAKE = Fact("handshake", _handshake)
"""Its ARN, by its id."""
