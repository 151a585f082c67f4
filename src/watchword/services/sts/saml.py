"""Sessions of roles for callers with the assertion of a SAML identity provider.

The request isn't signed: its proof is the response in its body (`access.schemes.saml`). An assertion is good
for one session: its use commits with the record of the call. A call that is refused doesn't use it up.
Source: AWS STS API Reference, AssumeRoleWithSAML; SAML 2.0 profiles, section 4.1.4.5 (one use of a bearer
assertion).
"""

from dataclasses import replace as with_proof

from msgspec import structs

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.access.schemes import saml
from watchword.identity.saml_attributes import VouchedBySaml
from watchword.identity.used_assertions import use
from watchword.names.principal import Saml
from watchword.services.operation import Call, Operation, Output, writes
from watchword.services.sts import vouched_for
from watchword.services.sts.roles import answer


def assume(call: Call) -> Output:
    """AssumeRoleWithSAML."""
    principal, vouched = _caller(call)
    session = vouched_for.session(call, principal, vouched, vouched.session_name, vouched.longest)
    if vouched.first:
        session = structs.replace(session, first=vouched.first, first_expires=vouched.first_expires)
    now = call.world.clock.wall()
    use(call.tx, principal.provider, vouched.assertion_id, vouched.issued, now)
    return answer(call, session) | {
        "Subject": vouched.subject,
        "SubjectType": vouched.subject_type,
        "Issuer": vouched.issuer,
        "Audience": vouched.audience,
        "NameQualifier": vouched.name_qualifier,
    }


def to_assume(call: Call) -> tuple[Demand, ...]:
    """sts:AssumeRoleWithSAML, on what the assertion says."""
    _, vouched = _caller(call)
    keys: dict[str, ContextValue] = {**vouched.keys, "sts:RoleSessionName": vouched.session_name}
    return vouched_for.to_assume(call, "sts:AssumeRoleWithSAML", vouched.asked, keys)


def _caller(call: Call) -> tuple[Saml, VouchedBySaml]:
    principal, vouched = call.caller.principal, call.caller.vouched
    if not isinstance(principal, Saml) or not isinstance(vouched, VouchedBySaml):
        raise RuntimeError("a SAML caller has an assertion")  # noqa: TRY004 a wrong row, not type
    return principal, vouched


OPERATIONS: dict[str, Operation] = {
    "AssumeRoleWithSAML": with_proof(writes(assume, to_assume, mints=True), proof=saml.read),
}
