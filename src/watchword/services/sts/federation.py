"""Sessions of federated users: GetFederationToken.

A user's proxy asks for a session in the name of somebody that it authenticated itself. The name is only a
name: the session can do what its session policies and the user's own policies both allow, and what resource
policies grant to `federated-user/NAME`.
Source: AWS STS API Reference, GetFederationToken; Service Authorization Reference, "AWS STS"; IAM User Guide,
"Permissions for GetFederationToken".
"""

from watchword.access import Demand
from watchword.names.principal import FederatedUser
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts.credentials import credentials, refuse_unserved
from watchword.services.sts.roles import check_policies, policy_arns, session_tags, tag_keys
from watchword.sessions.assume import Requester, SessionRequest, packed_size
from watchword.sessions.own import federated_session


def get_federation_token(call: Call) -> Output:
    """GetFederationToken."""
    refuse_unserved(call)
    given, caller = call.input, call.caller
    request = SessionRequest(
        session_name=given["Name"],
        duration=given.get("DurationSeconds"),
        policy=given.get("Policy", ""),
        policy_arns=policy_arns(call),
        tags=session_tags(call),
    )
    check_policies(call, request.policy_arns, call.account)
    requester = Requester(caller.principal, caller.session, caller.access_key_id)
    session = federated_session(request, requester, call.now, call.world.randomness)
    user = session.principal
    output: dict[str, object] = {
        "Credentials": credentials(call.world, session),
        "FederatedUser": {"FederatedUserId": user.userid, "Arn": user.arn},
    }
    if size := packed_size(session):
        output["PackedPolicySize"] = size
    return output


def to_federate(call: Call) -> tuple[Demand, ...]:
    """sts:GetFederationToken on the federated user; sts:TagSession too when the session has tags."""
    arn = FederatedUser(call.account, call.input["Name"], "", call.partition).arn
    tags = session_tags(call)
    actions = ("sts:GetFederationToken", "sts:TagSession") if tags else ("sts:GetFederationToken",)
    return tuple(Demand(action, arn, call.account, tag_keys(tags)) for action in actions)


OPERATIONS: dict[str, Operation] = {"GetFederationToken": pure(get_federation_token, to_federate, mints=True)}
