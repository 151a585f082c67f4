"""What AssumeRoleWithWebIdentity and AssumeRoleWithSAML have in common: their demands, and the session.

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
from watchword.identity.arns import role_to_assume
from watchword.identity.asked import Asked
from watchword.identity.saml_attributes import VouchedBySaml
from watchword.identity.token_claims import Vouched
from watchword.names.principal import Saml, WebIdentity
from watchword.services.operation import Call
from watchword.services.sts.attached import of_role, role_at
from watchword.services.sts.credentials import refuse_unserved
from watchword.services.sts.roles import check_policies, policy_arns, tag_keys
from watchword.sessions.assume import Requester, SessionRequest, assume_role
from watchword.sessions.session import Session
from watchword.store.iam.roles import Role


def to_assume(call: Call, action: str, asked: Asked, keys: Mapping[str, ContextValue]) -> tuple[Demand, ...]:
    """The action, and what AssumeRole asks for tags and a source identity. keys: condition keys."""
    refuse_unserved(call)
    name, arn = call.input["RoleArn"], role_to_assume(call.input["RoleArn"])
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


def session(
    call: Call,
    principal: Saml | WebIdentity,
    vouched: VouchedBySaml | Vouched,
    name: str,
    longest: int | None = None,
) -> Session:
    """The session of that name, of the role that the demands were about. longest: seconds."""
    role: Role = call.resolved["role", call.input["RoleArn"]].role
    given, asked = call.input, vouched.asked
    request = SessionRequest(
        session_name=name,
        duration=given.get("DurationSeconds"),
        policy=given.get("Policy", ""),
        policy_arns=policy_arns(call),
        tags=asked.tags,
        transitive=asked.transitive,
        source_identity=asked.source_identity,
        provider=principal.provider,
        claims=vouched.kept,
        longest=longest,
    )
    check_policies(call, request.policy_arns, role.account)
    return assume_role(role, request, Requester(principal), call.now, call.world.randomness)


def _keys(asked: Asked) -> dict[str, ContextValue]:
    context: dict[str, ContextValue] = {}
    if asked.source_identity:
        context["sts:SourceIdentity"] = asked.source_identity
    if asked.transitive:
        context["sts:TransitiveTagKeys"] = asked.transitive
    return context | tag_keys(asked.tags)
