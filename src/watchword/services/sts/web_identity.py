"""Sessions of roles for callers with the token of an OpenID Connect issuer.

The request isn't signed: its proof is the token in its body (`access.schemes.web_identity`).
Source: AWS STS API Reference, AssumeRoleWithWebIdentity.
"""

from dataclasses import replace as with_proof

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.access.schemes import web_identity
from watchword.identity.token_claims import Vouched
from watchword.names.principal import WebIdentity
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts import vouched_for
from watchword.services.sts.roles import answer


def assume(call: Call) -> Output:
    """AssumeRoleWithWebIdentity."""
    principal, vouched = _caller(call)
    session = vouched_for.session(call, principal, vouched, call.input["RoleSessionName"])
    return answer(call, session) | {
        "SubjectFromWebIdentityToken": vouched.subject,
        "Audience": principal.audience,
        "Provider": vouched.issuer,
    }


def to_assume(call: Call) -> tuple[Demand, ...]:
    """sts:AssumeRoleWithWebIdentity, on what the token says."""
    _, vouched = _caller(call)
    keys: dict[str, ContextValue] = {**vouched.keys, "sts:RoleSessionName": call.input["RoleSessionName"]}
    if vouched.names_role:
        keys["sts:RoleAuthorizedByIdp"] = "true"
    return vouched_for.to_assume(call, "sts:AssumeRoleWithWebIdentity", vouched.asked, keys)


def _caller(call: Call) -> tuple[WebIdentity, Vouched]:
    principal, vouched = call.caller.principal, call.caller.vouched
    if not isinstance(principal, WebIdentity) or not isinstance(vouched, Vouched):
        raise RuntimeError("a web identity has a token")  # noqa: TRY004 a wrong row, not type
    return principal, vouched


OPERATIONS: dict[str, Operation] = {
    "AssumeRoleWithWebIdentity": with_proof(pure(assume, to_assume, mints=True), proof=web_identity.read),
}
