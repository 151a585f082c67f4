"""Credentials of a role for an identity: GetCredentialsForIdentity, the enhanced flow.

The pool says which role (`identity.pools.roles`), and assumes it for the identity, by STS like anybody else.
So the role's trust policy decides, and the session is recorded and can be revoked like all others. What STS
refuses is a wrong configuration of the pool, to the caller; the record says more.
A session lasts an hour, or until that at a SAML provider ends. A guest's is limited further
(`identity.pools.guests`).
Source: Amazon Cognito Identity API Reference, GetCredentialsForIdentity; Amazon Cognito Developer Guide,
"Identity pools authentication flow", "IAM roles".
"""

from collections.abc import Mapping
from dataclasses import replace as with_proof
from typing import Any, Final

from watchword.access.caller import Caller
from watchword.access.request_context import Via
from watchword.access.schemes import pool_logins
from watchword.identity.pools import guests
from watchword.identity.pools.errors import CONFIGURATION, error
from watchword.identity.pools.logins import COGNITO
from watchword.identity.pools.roles import role_of
from watchword.identity.pools.tokens import Told, seconds_until, told
from watchword.names import AwsError
from watchword.names.principal import WebIdentity
from watchword.services.cognito_identity import linking
from watchword.services.cognito_identity.demands import public, vouched_of
from watchword.services.operation import Call, Operation, Output, writes

SESSION_NAME = "CognitoIdentityCredentials"
SECONDS = 3600
REFUSALS: Final = {"AccessDenied", "PackedPolicyTooLarge", "ValidationError"}
_GUESTS: Mapping[str, object] = {"Policy": guests.POLICY, "PolicyArns": [{"arn": guests.MANAGED}]}


def get_credentials_for_identity(call: Call) -> Output:
    """GetCredentialsForIdentity."""
    vouched = vouched_of(call)
    identity = linking.claim(call.tx, vouched, call.input["IdentityId"])
    now = call.world.clock.wall()
    linking.use_up(call.tx, vouched, now)
    role = role_of(vouched, call.input.get("CustomRoleArn"))
    limits = {} if vouched.logins else _GUESTS
    seconds = {"DurationSeconds": seconds_until(vouched.session_ends, now.timestamp(), SECONDS)}
    made = _assume(call, told(vouched, identity.id), {"RoleArn": role, **seconds, **limits})
    return {
        "IdentityId": identity.id,
        "Credentials": {
            "AccessKeyId": made["AccessKeyId"],
            "SecretKey": made["SecretAccessKey"],
            "SessionToken": made["SessionToken"],
            "Expiration": made["Expiration"],
        },
    }


def _assume(call: Call, said: Told, given: Mapping[str, object]) -> Mapping[str, Any]:
    """Credentials of the role, for the identity."""
    principal = WebIdentity(COGNITO, said.identity, said.pool.id)
    wanted = {"RoleSessionName": SESSION_NAME, **given}
    caller, operation = Caller(principal, vouched=said.vouched()), ("sts", "AssumeRoleWithWebIdentity")
    try:
        output = call.act(caller, operation, wanted, Via(invoked_by=COGNITO))
    except AwsError as refused:
        if refused.code not in REFUSALS:
            raise
        meant = f"request {refused.request_id}: {refused}"
        raise error("InvalidIdentityPoolConfiguration", CONFIGURATION, meant) from None
    credentials: Mapping[str, Any] = output["Credentials"]  # type: ignore[assignment]  # as its model says
    return credentials


OPERATIONS: dict[str, Operation] = {
    "GetCredentialsForIdentity": with_proof(
        writes(get_credentials_for_identity, public, mints=True), proof=pool_logins.read
    ),
}
