"""Which policies of a user, group or role give it access to a service.

A policy does when one of its Allow statements names an action of the service, on whatever resource and under
whatever condition; with NotAction, unless the statement leaves out the whole service. Deny statements don't
count, and neither do boundaries.
Source: IAM API Reference, ListPoliciesGrantingServiceAccess.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from watchword.facts.fact import read_alone
from watchword.facts.grants import MANAGED_POLICY
from watchword.identity.arns import policy_arn
from watchword.identity.refusals import missing
from watchword.names.glob import Match
from watchword.policy import Policy
from watchword.policy.language.grammar import Effect, Patterns
from watchword.policy.language.match import glob
from watchword.services.iam import demands, pages
from watchword.services.iam.entity_types import GROUP, USER, Entity, named_by
from watchword.services.iam.shapes import Shape
from watchword.services.operation import Call, Operation, Output, reads
from watchword.store.iam import attachments, groups, inline_policies


@dataclass(frozen=True)
class Grant:
    """A policy, and how the answer shows it."""

    policy: Policy
    shown: Shape

    @cached_property
    def services(self) -> list[tuple[bool, list[Match]]]:
        """Of each Allow statement: whether it has NotAction, and the services that its element names.

        What NotAction names in part only isn't among them.
        """
        allowing = (each.action for each in self.policy.statements if each.effect is Effect.ALLOW)
        return [(action.negated, [glob(each) for each in _services(action)]) for action in allowing]

    def reaches(self, service: str) -> bool:
        """Whether it gives access to the service of that namespace."""
        name = service.lower()
        return any(negated != any(match(name) for match in named) for negated, named in self.services)


def list_policies_granting_service_access(call: Call) -> Output:
    """ListPoliciesGrantingServiceAccess: an entry for each service, in the order of the request."""
    kind, arn = named_by(call.input["Arn"])
    entity = kind.resolved_entity(call, arn.name) if arn.account == call.account else None
    if entity is None or entity.arn != str(arn):
        raise missing(kind.noun, arn.name)
    services = [f"{place:03} {name}" for place, name in enumerate(call.input["ServiceNamespaces"])]
    asked, end = pages.page(call, services, str)
    grants = grants_of(call, kind.noun, entity)
    entries = [_entry(grants, each.partition(" ")[2]) for each in asked]
    return {"PoliciesGrantingServiceAccess": entries, **end}


def _entry(grants: Iterable[Grant], service: str) -> Shape:
    policies = [grant.shown for grant in grants if grant.reaches(service)]
    return {"ServiceNamespace": service, "Policies": policies}


def grants_of(call: Call, noun: str, entity: Entity) -> list[Grant]:
    """The policies of a user, group or role, each once: one can be attached to a user and to its groups."""
    return list({tuple(grant.shown.items()): grant for grant in _grants(call, noun, entity)}.values())


def grants_of_policy(call: Call, arn: str) -> list[Grant]:
    """A managed policy alone."""
    policy = read_alone(call.tx, call.world.root_key, MANAGED_POLICY, (arn,)).value
    shown = {"PolicyName": policy_arn(arn).name, "PolicyType": "MANAGED", "PolicyArn": arn}
    return [Grant(policy, shown)] if policy else []


def _grants(call: Call, noun: str, entity: Entity) -> Iterator[Grant]:
    """Its own policies, and those of its groups."""
    owners: list[tuple[str, Entity]] = [(noun, entity)]
    if noun == USER.noun:
        owners += [(GROUP.noun, group) for group in groups.of_user(call.tx, entity.id)]
    for kind, owner in owners:
        for each in inline_policies.of(call.tx, kind, owner.id):
            held_by = {"EntityType": kind.upper(), "EntityName": owner.name}
            shown = {"PolicyName": each.name, "PolicyType": "INLINE", **held_by}
            yield Grant(Policy.parse(each.document), shown)
        for attached in attachments.of(call.tx, kind, owner.id):
            yield from grants_of_policy(call, attached.policy_arn)


def _services(action: Patterns) -> set[str]:
    """Patterns of service namespaces: few, however many actions there are."""
    patterns = (each.lower().partition(":") for each in action.values)
    return {service for service, _, name in patterns if not action.negated or not name.strip("*")}


OPERATIONS: dict[str, Operation] = {
    "ListPoliciesGrantingServiceAccess": reads(
        list_policies_granting_service_access, demands.on_source("Arn")
    ),
}
