"""Sessions of roles.

* The trust policy is the role's resource policy. So AssumeRole has no authorization of its own: its demands
  name the role and the actions.
* A missing role is refused like a role that doesn't trust the caller. So no answer tells which roles exist.
* A role can be deleted between the decision and the operation. Then the session belongs to a deleted role,
  and its credentials don't work.

Source: AWS STS API Reference, AssumeRole; Service Authorization Reference, "AWS STS".
"""

from collections.abc import Iterable, Mapping
from functools import partial

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.caller import VouchedByCertificate
from watchword.access.demand import ContextValue
from watchword.facts.grants import MANAGED_POLICY
from watchword.identity import tags as tag_rules
from watchword.identity.arns import role_to_assume
from watchword.identity.aws_managed import OWNER
from watchword.names import Arn, fault, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import Service
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts.attached import of_role, role_at
from watchword.services.sts.credentials import credentials, refuse_unserved
from watchword.services.sts.multi_factor import second_factor
from watchword.sessions.assume import INVALID_TAGS, Requester, SessionRequest, assume_role, packed_size
from watchword.sessions.session import OF_HOST, Session
from watchword.store.iam.roles import Role

SOURCES = {"lambda": "lambda:SourceFunctionArn", "ec2": OF_HOST}
"""Services whose resources the sessions that are for them carry, and in which condition key."""


def assume(call: Call) -> Output:
    role: Role = call.resolved["role", call.input["RoleArn"]].role
    bounded = call.world.settings.bounded_chains
    requester = Requester(
        call.caller.principal, call.caller.session, bounded=bounded, host=call.context.via.host
    )
    request = _request(call)
    check_policies(call, request.policy_arns, role.account)
    session = assume_role(role, request, requester, call.now, call.world.randomness)
    return answer(call, session)


def answer(call: Call, session: Session) -> dict[str, object]:
    """What all operations that assume a role answer."""
    assumed = session.principal
    output: dict[str, object] = {
        "Credentials": credentials(call.world, session),
        "AssumedRoleUser": {"AssumedRoleId": assumed.userid, "Arn": assumed.arn},
    }
    if size := packed_size(session):
        output["PackedPolicySize"] = size
    if session.source_identity:
        output["SourceIdentity"] = session.source_identity
    return output


def to_assume(call: Call) -> tuple[Demand, ...]:
    """sts:AssumeRole; sts:TagSession and sts:SetSourceIdentity when the session has tags or an identity."""
    refuse_unserved(call)
    name, arn = call.input["RoleArn"], role_to_assume(call.input["RoleArn"])
    found = call.resolve("role", name, partial(role_at, call.world.facts, arn))
    role, context = of_role(arn, found), _context(call)
    actions = ["sts:AssumeRole"]
    before = _chained(call)
    if call.input.get("Tags") or (before and before.transitive):
        actions.append("sts:TagSession")
    if call.input.get("SourceIdentity") or (before and before.source_identity):
        actions.append("sts:SetSourceIdentity")
    demands = tuple([role.demand(action, name, context) for action in actions])
    if not second_factor(call):
        return demands
    return tuple([replace(demand, multi_factor=True) for demand in demands])


def _chained(call: Call) -> Session | None:
    """The session of another role that asks: what it carries, the new one carries too."""
    session = call.caller.session
    return session if session and session.kind == "role" else None


def _request(call: Call) -> SessionRequest:
    given = call.input
    return SessionRequest(
        session_name=given["RoleSessionName"],
        duration=given.get("DurationSeconds"),
        policy=given.get("Policy", ""),
        policy_arns=policy_arns(call),
        tags=session_tags(call),
        transitive=given.get("TransitiveTagKeys", ()),
        source_identity=given.get("SourceIdentity", ""),
        claims=_of_service(call),
    )


def _of_service(call: Call) -> dict[str, str]:
    """What a session that a service assumes says of the resource that it is for."""
    principal, vouched = call.caller.principal, call.caller.vouched
    if type(vouched) is VouchedByCertificate and vouched.host:
        return {OF_HOST: vouched.host}
    source = call.context.via.source_arn
    key = SOURCES.get(Arn.parse(source).service) if source else None
    return {key: source} if key and isinstance(principal, Service) else {}


def policy_arns(call: Call) -> list[str]:
    """The managed policies in the input."""
    return [entry["arn"] for entry in call.input.get("PolicyArns", ()) if "arn" in entry]


def check_policies(call: Call, arns: Iterable[str], account: str) -> None:
    """Raises ValidationError for a managed policy that isn't in that account and isn't AWS's."""
    facts = call.world.facts
    for text in arns:
        arn = EntityArn.parse(text, nouns.POLICY)
        if arn is None or arn.account not in (OWNER, account) or not facts.get(MANAGED_POLICY, text):
            raise fault("ValidationError", f"The session policy {text} does not exist in account {account}.")


def _context(call: Call) -> dict[str, ContextValue]:
    """The condition keys that come from the input: Service Authorization Reference, "AWS STS"."""
    given = call.input
    context: dict[str, ContextValue] = {"sts:RoleSessionName": given["RoleSessionName"]}
    if "ExternalId" in given:
        context["sts:ExternalId"] = given["ExternalId"]
    if given.get("SourceIdentity"):
        context["sts:SourceIdentity"] = given["SourceIdentity"]
    if given.get("TransitiveTagKeys"):
        context["sts:TransitiveTagKeys"] = tuple(given["TransitiveTagKeys"])
    context.update(tag_keys(session_tags(call)))
    return context


def session_tags(call: Call) -> dict[str, str]:
    """The tags in the input. Raises InvalidParameterValue."""
    return tag_rules.read(tag_rules.SESSION, call.input.get("Tags", ()), INVALID_TAGS)


def tag_keys(tags: Mapping[str, str]) -> dict[str, ContextValue]:
    """The condition keys of session tags that are asked for."""
    if not tags:
        return {}
    return {"aws:TagKeys": tuple(tags), **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}


OPERATIONS: dict[str, Operation] = {"AssumeRole": pure(assume, to_assume, mints=True)}
