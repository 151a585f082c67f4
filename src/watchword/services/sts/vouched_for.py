"""What AssumeRoleWithWebIdentity and AssumeRoleWithSAML ask for: their demands.

The role's trust policy alone decides, on what the provider vouches for. A refusal has AWS's one sentence,
whatever the reason, and for a role that doesn't exist too. Tags and the source identity come from the
provider and never from the caller.
Source: Service Authorization Reference, "AWS STS".
"""

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.identity.asked import Asked
from watchword.services.operation import Call
from watchword.services.sts.attached import of_role, role_at
from watchword.services.sts.credentials import refuse_unserved
from watchword.services.sts.roles import role_arn, tag_keys


def to_assume(call: Call, action: str, asked: Asked, keys: Mapping[str, ContextValue]) -> tuple[Demand, ...]:
    """The action, and what AssumeRole asks for tags and a source identity. keys: condition keys."""
    refuse_unserved(call)
    name, arn = call.input["RoleArn"], role_arn(call.input["RoleArn"])
    found = call.resolve("role", name, partial(role_at, call.world.facts, arn))
    role, context = of_role(arn, found), {**keys, **_keys(asked)}
    actions = [action]
    if asked.tags:
        actions.append("sts:TagSession")
    if asked.source_identity:
        actions.append("sts:SetSourceIdentity")
    return tuple(
        replace(role.demand(each, name, context), said=f"Not authorized to perform {each}")
        for each in actions
    )


def _keys(asked: Asked) -> dict[str, ContextValue]:
    context: dict[str, ContextValue] = {}
    if asked.source_identity:
        context["sts:SourceIdentity"] = asked.source_identity
    if asked.transitive:
        context["sts:TransitiveTagKeys"] = asked.transitive
    return context | tag_keys(asked.tags)
