"""The permissions that the operations of Organizations need, and who may call them at all.

An organization and everything in it belong to the management account. So a member account that asks for
something of it asks across accounts: it needs the organization's resource policy besides its own policies.
That policy can also deny what the management account asks. Some operations are for others too, and then their
own policies are enough:

* DELEGATED: accounts that administer a service for the organization read what is in it;
* MEMBERS: every account of the organization asks about itself or the organization as a whole;
* ANYBODY: also accounts of no organization.

An account of no organization is decided on by its own policies, on `*`; the operation then refuses it.
Source: Service Authorization Reference, "AWS Organizations"; AWS Organizations API Reference, "You can only
call this operation from" of each operation.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.entities import TAGS
from watchword.facts.organizations import HANDSHAKE, ORGANIZATION_POLICY, RESOURCE_POLICY, Standing
from watchword.identity import tags
from watchword.names import nouns
from watchword.organizations import ids
from watchword.services.operation import Call, Demands
from watchword.services.organizations import current
from watchword.store.organizations.organizations import Organization

Context = dict[str, ContextValue]
POLICY_TYPE = "organizations:PolicyType"
_ONE_TO_ONE = {
    "PolicyType": POLICY_TYPE,
    "ServicePrincipal": "organizations:ServicePrincipal",
}
"""Members of the input whose values are condition keys as they are."""
_TYPED = {"CreatePolicy": "Type", "ListPolicies": "Filter", "ListPoliciesForTarget": "Filter"}
"""The member that has the type of policy, of operations that call it otherwise."""
_WITHOUT_TAG_KEYS = frozenset({"InviteOrganizationToTransferResponsibility"})
"""Operations that take tags, whose actions have no keys for them."""


class For(Enum):
    """Whose own policies are enough."""

    MANAGEMENT = "the management account"
    DELEGATED = "the management account and delegated administrators"
    MEMBERS = "every account of the organization"
    ANYBODY = "every account"


def on(*names: str, by: For = For.MANAGEMENT) -> Demands:
    """On what these members of the input name by id: roots, units, accounts, policies. On `*` for none."""

    def demands(call: Call) -> tuple[Demand, ...]:
        here = current.standing(call)
        if here.organization is None or not names:
            return (_demand(call, here, "*", by=by),)
        given = (call.input[name] for name in names if name in call.input)
        return tuple([_on_id(call, here, here.organization, each, by) for each in given])

    return demands


def on_new(kind: str, *names: str) -> Demands:
    """On what is created below what these members name; its tags need permission as well.

    kind: how the resource part of its ARN begins.
    """

    def demands(call: Call) -> tuple[Demand, ...]:
        here, creation = current.standing(call), on(*names)(call)
        if not call.input.get("Tags") or here.organization is None:
            return creation
        made = f"{ids.of_any(here.organization, kind)}/*"
        return *creation, _tagging(call, here, made)

    return demands


def on_handshake(by: For) -> Demands:
    """On the handshake that HandshakeId names; on `*` for one that isn't there."""

    def demands(call: Call) -> tuple[Demand, ...]:
        arn = call.world.facts.get(HANDSHAKE, call.input["HandshakeId"]) or "*"
        return (_demand(call, current.standing(call), arn, by=by),)

    return demands


def on_invited(call: Call) -> tuple[Demand, ...]:
    """On the account that is invited; on `*` where it is invited by its address."""
    here, target = current.standing(call), call.input["Target"]
    if here.organization is None or target["Type"] != "ACCOUNT":
        return (_demand(call, here, "*"),)
    return (_demand(call, here, ids.account_arn(here.organization, target["Id"])),)


def on_transfer(call: Call) -> tuple[Demand, ...]:
    """On the transfer that Id names. There is none, so its type and direction are open."""
    here = current.standing(call)
    if here.organization is None:
        return (_demand(call, here, "*"),)
    return (_demand(call, here, f"{ids.of_any(here.organization, 'transfer')}/*/{call.input['Id']}"),)


def on_effective_policy(call: Call) -> tuple[Demand, ...]:
    """On the target whose effective policy is asked for. Every account may ask for its own."""
    own = call.input.get("TargetId", call.account) == call.account
    if "TargetId" in call.input:
        return on("TargetId", by=For.MEMBERS if own else For.DELEGATED)(call)
    here = current.standing(call)
    arn = ids.account_arn(here.organization, call.account) if here.organization else "*"
    held = call.world.facts.need(TAGS, nouns.IN_ORGANIZATION, call.account)
    return (_demand(call, here, arn, held, by=For.MEMBERS),)


def on_resource_policy(call: Call) -> tuple[Demand, ...]:
    """On the resource policy of the organization, which may be new."""
    here = current.standing(call)
    if here.organization is None:
        return (_demand(call, here, "*"),)
    found = call.world.facts.get(RESOURCE_POLICY, here.organization.id)
    arn = found.arn if found else f"{ids.of_any(here.organization, 'resourcepolicy')}/*"
    held = call.world.facts.need(TAGS, nouns.IN_ORGANIZATION, arn.rpartition("/")[2])
    demand = _demand(call, here, arn, held)
    return (demand, _tagging(call, here, arn)) if call.input.get("Tags") else (demand,)


def on_new_policy(call: Call) -> tuple[Demand, ...]:
    """On a policy of the type that is asked for, whatever its id will be."""
    here = current.standing(call)
    if here.organization is None:
        return (_demand(call, here, "*"),)
    made = f"{ids.of_any(here.organization, 'policy')}/{call.input['Type'].lower()}/*"
    creation = _demand(call, here, made)
    if not call.input.get("Tags"):
        return (creation,)
    return creation, _tagging(call, here, made, {POLICY_TYPE: call.input["Type"]})


def _tagging(call: Call, here: Standing, made: str, keys: Context | None = None) -> Demand:
    """The permission to give tags to what is created."""
    asked = {**_tag_keys(call.input["Tags"]), **(keys or {})}
    return _guarded(call, here, Demand("organizations:TagResource", made, _owner(call, here), asked))


def _on_id(call: Call, here: Standing, organization: Organization, given: str, by: For) -> Demand:
    facts, keys = call.world.facts, Context()
    held = facts.need(TAGS, nouns.IN_ORGANIZATION, given)
    if not given.startswith("p-"):
        return _demand(call, here, ids.arn_of(organization, given), held, by=by)
    policy = facts.get(ORGANIZATION_POLICY, given)
    if policy is None or policy.organization not in ("", organization.id):
        return _demand(call, here, f"{ids.of_any(organization, 'policy')}/*/{given}")
    keys[POLICY_TYPE] = policy.type
    return _demand(call, here, policy.arn, held, keys, by=by)


def _demand(
    call: Call,
    here: Standing,
    resource: str,
    held: Mapping[str, str] | None = None,
    keys: Context | None = None,
    by: For = For.MANAGEMENT,
) -> Demand:
    owner, action = _owner(call, here, by), f"organizations:{call.name}"
    demand = Demand(
        action, resource, owner, {**dict(_input_keys(call)), **(keys or {})}, resource_tags=held or {}
    )
    return _guarded(call, here, demand) if owner == here.management else demand


def _guarded(call: Call, here: Standing, demand: Demand) -> Demand:
    """With the resource policy of the organization, if it has one."""
    found = call.world.facts.get(RESOURCE_POLICY, here.organization.id) if here.organization else None
    return replace(demand, policy=found.policy, policy_name=found.arn) if found else demand


def _owner(call: Call, here: Standing, by: For = For.MANAGEMENT) -> str:
    """Who owns what the call is about: the caller's account, or the management account."""
    for_itself = by in (For.MEMBERS, For.ANYBODY) or (by is For.DELEGATED and bool(here.delegated))
    return call.account if for_itself or not here.management else here.management


def _input_keys(call: Call) -> Iterator[tuple[str, ContextValue]]:
    """The condition keys that come from the input."""
    given: Mapping[str, Any] = call.input
    for member, key in _ONE_TO_ONE.items():
        if member in given:
            yield key, given[member]
    if call.name in _TYPED:
        yield POLICY_TYPE, given[_TYPED[call.name]]
    if given.get("Tags") and call.name not in _WITHOUT_TAG_KEYS:
        yield from _tag_keys(given["Tags"]).items()
    if given.get("TagKeys"):
        yield "aws:TagKeys", tuple(given["TagKeys"])


def _tag_keys(asked: Sequence[Mapping[str, str]]) -> Context:
    given = [(tag["Key"], tag["Value"]) for tag in asked]
    keys = tuple(key for key, _ in given)
    return {"aws:TagKeys": keys, **tags.as_condition_keys("aws:RequestTag", given)}
