"""Sessions of roles for callers with the token of an OpenID Connect issuer.

The request isn't signed: its proof is the token in its body (`access.schemes.web_identity`), and the role's
trust policy alone decides, on the claims. A refusal has AWS's one sentence, whatever the reason, and for a
role that doesn't exist too.

Tags and the source identity come from the token, so from the provider and never from the caller.
Source: AWS STS API Reference, AssumeRoleWithWebIdentity; Service Authorization Reference, "AWS STS".
"""

from dataclasses import replace as with_proof
from functools import partial

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.access.schemes import web_identity
from watchword.identity.token_claims import Vouched
from watchword.names.principal import WebIdentity
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts.attached import of_role, role_at
from watchword.services.sts.credentials import refuse_unserved
from watchword.services.sts.roles import answer, check_policies, policy_arns, role_arn, tag_keys
from watchword.sessions.assume import Requester, SessionRequest, assume_role
from watchword.store.iam.roles import Role


def assume(call: Call) -> Output:
    """AssumeRoleWithWebIdentity."""
    role: Role = call.resolved["role", call.input["RoleArn"]].role
    principal, vouched = _caller(call)
    request = _request(call, principal, vouched)
    check_policies(call, request.policy_arns, role.account)
    session = assume_role(role, request, Requester(principal), call.now, call.world.randomness)
    return answer(call, session) | {
        "SubjectFromWebIdentityToken": vouched.subject,
        "Audience": principal.audience,
        "Provider": vouched.issuer,
    }


def to_assume(call: Call) -> tuple[Demand, ...]:
    """sts:AssumeRoleWithWebIdentity, and what AssumeRole asks for tags and a source identity."""
    refuse_unserved(call)
    name, arn = call.input["RoleArn"], role_arn(call.input["RoleArn"])
    found = call.resolve("role", name, partial(role_at, call.world.facts, arn))
    _, vouched = _caller(call)
    role, context = of_role(arn, found), _context(call, vouched)
    actions = ["sts:AssumeRoleWithWebIdentity"]
    if vouched.asked.tags:
        actions.append("sts:TagSession")
    if vouched.asked.source_identity:
        actions.append("sts:SetSourceIdentity")
    return tuple(
        replace(role.demand(action, name, context), said=f"Not authorized to perform {action}")
        for action in actions
    )


def _caller(call: Call) -> tuple[WebIdentity, Vouched]:
    principal, vouched = call.caller.principal, call.caller.vouched
    if not isinstance(principal, WebIdentity) or vouched is None:
        raise RuntimeError("a web identity has a token")
    return principal, vouched


def _request(call: Call, principal: WebIdentity, vouched: Vouched) -> SessionRequest:
    given, asked = call.input, vouched.asked
    return SessionRequest(
        session_name=given["RoleSessionName"],
        duration=given.get("DurationSeconds"),
        policy=given.get("Policy", ""),
        policy_arns=policy_arns(call),
        tags=asked.tags,
        transitive=asked.transitive,
        source_identity=asked.source_identity,
        provider=principal.provider,
        claims=vouched.kept,
    )


def _context(call: Call, vouched: Vouched) -> dict[str, ContextValue]:
    """The condition keys: what the token says, then what the call asks for."""
    asked = vouched.asked
    context: dict[str, ContextValue] = {**vouched.keys, "sts:RoleSessionName": call.input["RoleSessionName"]}
    if vouched.names_role:
        context["sts:RoleAuthorizedByIdp"] = "true"
    if asked.source_identity:
        context["sts:SourceIdentity"] = asked.source_identity
    if asked.transitive:
        context["sts:TransitiveTagKeys"] = asked.transitive
    return context | tag_keys(asked.tags)


OPERATIONS: dict[str, Operation] = {
    "AssumeRoleWithWebIdentity": with_proof(pure(assume, to_assume, mints=True), proof=web_identity.read),
}
