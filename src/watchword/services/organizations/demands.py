"""The permissions that the operations of Organizations need, and who may call them at all.

An organization and everything in it belong to the management account. So a member account that asks for
something of it asks across accounts: it needs the organization's resource policy besides its own policies.
Some operations are for others too, and then their own policies are enough:

* MEMBERS: every account of the organization asks about itself or the organization as a whole;
* ANYBODY: also accounts of no organization.

An account of no organization is decided on by its own policies, on `*`; the operation then refuses it.
Source: Service Authorization Reference, "AWS Organizations"; AWS Organizations API Reference, "You can only
call this operation from" of each operation.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.entities import TAGS
from watchword.facts.organizations import ORGANIZATION_POLICY, Standing
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


class For(Enum):
    """Whose own policies are enough."""

    MANAGEMENT = "the management account"
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
        keys = _tag_keys(call.input["Tags"])
        return *creation, Demand("organizations:TagResource", made, _owner(call, here), keys)

    return demands


def on_new_policy(call: Call) -> tuple[Demand, ...]:
    """On a policy of the type that is asked for, whatever its id will be."""
    here = current.standing(call)
    if here.organization is None:
        return (_demand(call, here, "*"),)
    made = f"{ids.of_any(here.organization, 'policy')}/{call.input['Type'].lower()}/*"
    creation = _demand(call, here, made)
    if not call.input.get("Tags"):
        return (creation,)
    keys = _tag_keys(call.input["Tags"]) | {POLICY_TYPE: call.input["Type"]}
    return creation, Demand("organizations:TagResource", made, _owner(call, here), keys)


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
    return Demand(
        f"organizations:{call.name}",
        resource,
        _owner(call, here, by),
        {**dict(_input_keys(call)), **(keys or {})},
        resource_tags=held or {},
    )


def _owner(call: Call, here: Standing, by: For = For.MANAGEMENT) -> str:
    """Who owns what the call is about: the caller's account, or the management account."""
    return here.management if here.management and by is For.MANAGEMENT else call.account


def _input_keys(call: Call) -> Iterator[tuple[str, ContextValue]]:
    """The condition keys that come from the input."""
    given: Mapping[str, Any] = call.input
    for member, key in _ONE_TO_ONE.items():
        if member in given:
            yield key, given[member]
    if call.name in _TYPED:
        yield POLICY_TYPE, given[_TYPED[call.name]]
    if given.get("Tags"):
        yield from _tag_keys(given["Tags"]).items()
    if given.get("TagKeys"):
        yield "aws:TagKeys", tuple(given["TagKeys"])


def _tag_keys(asked: Sequence[Mapping[str, str]]) -> Context:
    given = [(tag["Key"], tag["Value"]) for tag in asked]
    keys = tuple(key for key, _ in given)
    return {"aws:TagKeys": keys, **tags.as_condition_keys("aws:RequestTag", given)}
