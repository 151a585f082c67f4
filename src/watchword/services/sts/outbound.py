"""Tokens that tell services elsewhere who calls: GetWebIdentityToken.

In this order:
1. Outbound federation is enabled in the caller's account.
2. A token doesn't last longer than the session that asks for it.
3. The claims fit into LARGEST bytes. AWS publishes no number.

The subject is the user or the role, as in aws:PrincipalArn. What AWS knows of the place a call comes from (an
instance, a function, an organization) isn't known here, and the claim is missing.
Source: AWS STS API Reference, GetWebIdentityToken; IAM User Guide, "Understanding token claims", "Controlling
access with IAM policies" (outbound identity federation); Service Authorization Reference, "AWS STS".
"""

from datetime import timedelta

import msgspec

from watchword.access import Demand
from watchword.access.condition_keys import principal_tags
from watchword.access.demand import ContextValue
from watchword.facts.entities import ACCOUNT_SETTINGS
from watchword.facts.issuers import TOKEN_KEYS
from watchword.identity import token_issuers, token_keys
from watchword.identity.exchange import Exchanged
from watchword.names import AwsError, fault
from watchword.names.moment import iso
from watchword.names.principal import RoleSession
from watchword.proofs import issued_token
from watchword.proofs.issued_token import ALGORITHMS, SigningKey
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.sts.roles import session_tags, tag_keys
from watchword.sessions.session import Session, milliseconds, moment

DEFAULT_SECONDS = 300
LARGEST = 8192
DISABLED = (
    "Outbound web identity federation is not enabled for this account. To use this feature, enable it first."
)
ESCALATION = "The requested token duration would extend the session beyond its original expiration time."
TOO_LARGE = "The requested token payload size exceeds the maximum allowed size."


def get_web_identity_token(call: Call) -> Output:
    """GetWebIdentityToken. Its times are the real ones: those who verify it have clocks of their own."""
    settings = call.world.facts.need(ACCOUNT_SETTINGS, call.account)
    key = _signing_key(call)
    if not settings.issues_tokens or settings.issuer_url is None or key is None:  # 1.
        raise AwsError("OutboundWebIdentityFederationDisabledException", 403, DISABLED)
    session, lifetime = call.caller.session, _lifetime(call)
    if session and milliseconds(call.now + lifetime) > session.expires:  # 2.
        raise AwsError("SessionDurationEscalationException", 403, ESCALATION)
    issued = call.world.clock.wall().replace(microsecond=0)
    claims = token_issuers.registered(
        settings.issuer_url,
        _subject(call),
        call.input["Audience"],
        (issued, lifetime),
        call.world.randomness,
    )
    claims[token_issuers.OF_PRINCIPALS] = _of_principal(call)
    if isinstance(call.caller.vouched, Exchanged):
        claims |= call.caller.vouched.claims()
    text = msgspec.json.encode(claims)
    if len(text) > LARGEST:  # 3.
        raise AwsError("JWTPayloadSizeExceededException", 400, TOO_LARGE)
    return {"WebIdentityToken": issued_token.sign(text, key), "Expiration": issued + lifetime}


def to_get_web_identity_token(call: Call) -> tuple[Demand, ...]:
    """sts:GetWebIdentityToken; sts:TagGetWebIdentityToken too when the token has tags."""
    tags = tag_keys(session_tags(call))
    context: dict[str, ContextValue] = {
        "sts:IdentityTokenAudience": tuple(call.input["Audience"]),
        "sts:SigningAlgorithm": _algorithm(call),
        "sts:DurationSeconds": str(int(_lifetime(call).total_seconds())),
        **tags,
    }
    demand = Demand("sts:GetWebIdentityToken", "*", call.account, context)
    return (demand, Demand("sts:TagGetWebIdentityToken", "*", call.account, tags)) if tags else (demand,)


def _algorithm(call: Call) -> str:
    given: str = call.input["SigningAlgorithm"]
    if given not in ALGORITHMS:
        said = (
            f"1 validation error detected: Value '{given}' at 'signingAlgorithm' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(ALGORITHMS)}]"
        )
        raise fault("ValidationError", said)
    return given


def _lifetime(call: Call) -> timedelta:
    return timedelta(seconds=call.input.get("DurationSeconds", DEFAULT_SECONDS))


def _signing_key(call: Call) -> SigningKey | None:
    keys = call.world.facts.need(TOKEN_KEYS, call.account)
    return token_keys.signing(keys, _algorithm(call), call.world.clock.wall())


def _subject(call: Call) -> str:
    principal = call.caller.principal
    return principal.role_arn if isinstance(principal, RoleSession) else principal.arn


def _of_principal(call: Call) -> dict[str, object]:
    """What is said of the caller beside its name."""
    claims: dict[str, object] = {
        "aws_account": call.account,
        "source_region": call.context.region,
        "principal_id": _subject(call),
    }
    if tags := principal_tags(call.world.facts, call.caller):
        claims["principal_tags"] = tags
    if tags := session_tags(call):
        claims["request_tags"] = tags
    if session := call.caller.session:
        claims |= _of_session(session)
    return claims


def _of_session(session: Session) -> dict[str, object]:
    claims: dict[str, object] = {"original_session_exp": iso(moment(session.expires))}
    if session.source_identity:
        claims["source_identity"] = session.source_identity
    if session.provider:
        claims["federated_provider"] = session.provider
    return claims


OPERATIONS: dict[str, Operation] = {
    "GetWebIdentityToken": pure(get_web_identity_token, to_get_web_identity_token, mints=True),
}
