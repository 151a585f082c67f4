"""Token exchange (RFC 8693) at an account's issuer: another token of that issuer for one that is shown.

    POST /_watchword/issuers/ID/token

There is no authority in it that the callers don't have already: an exchange is calls of STS, each decided,
recorded and explained like any other (docs/decisions/0019).

1. A session of the account shows its session token, and signs the request with its secret, for this server or
   for the host of the issuer's URL: a session token alone proves nothing. It calls GetWebIdentityToken. Where
   a signature is good for one change only (`access.replays`), this is one.
2. A token of an OpenID Connect provider of the account names a role with `role_arn`. It calls
   AssumeRoleWithWebIdentity, so the role's trust policy decides. The session calls GetWebIdentityToken. It is
   given to nobody.
3. The new token counts no longer than the one that was shown, and has no scope that it lacked
   (`identity.exchange`). Tokens that were had by GetWebIdentityToken or in exchange can't be exchanged.

What is refused before a call of STS is recorded as a refusal of the call that it would have been.
Source: RFC 8693, sections 2.1 to 2.2.2; RFC 6749, section 5.2.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from watchword.access import Caller, RequestLog
from watchword.access.client_address import as_sent
from watchword.access.replays import refuse_replay
from watchword.access.request_context import DIRECT
from watchword.access.schemes import signature, web_identity
from watchword.gateway import token_request
from watchword.gateway.dispatch import dispatch, refuse
from watchword.gateway.failure import as_fault
from watchword.gateway.token_request import TokenRequest, answered, wrong
from watchword.identity import exchange
from watchword.identity.arns import role_to_assume
from watchword.identity.exchange import Exchanged
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.ids import new_request_id
from watchword.names.would_block import WouldBlock
from watchword.proofs import identity_token
from watchword.services.table import SERVED
from watchword.sessions import limits
from watchword.sessions.session import moment
from watchword.store.iam.account_settings import AccountSettings
from watchword.wire.addressing import check_host, hostname
from watchword.world import World

ISSUES, ASSUMES = "GetWebIdentityToken", "AssumeRoleWithWebIdentity"
ALGORITHM = "RS256"
SHORTEST_SESSION = 900
TARGET, CLIENT, REQUEST, SERVER = "invalid_target", "invalid_client", "invalid_request", "server_error"
_UNSIGNED: Final = {
    *("MissingAuthenticationToken", "IncompleteSignature", "UnsupportedSignature", "SignatureDoesNotMatch"),
    *("InvalidClientTokenId", "InvalidSessionToken", "ExpiredToken", "SignatureExpired"),
    *("SignatureNotYetCurrent", "ScopeMismatch", "PayloadHashMismatch", "UnsignedHeaders"),
}
"""Faults of a signature."""
_ISSUE: Final[Mapping[str, str]] = {
    "AccessDenied": TARGET,
    "OutboundWebIdentityFederationDisabledException": "unauthorized_client",
}
"""What GetWebIdentityToken refuses, in the words of the protocol. All else is about the request."""


def exchanged(world: World, request: HttpRequest, issuer: AccountSettings) -> HttpResponse:
    """The answer of the token endpoint. Raises only WouldBlock, before anything was done."""
    if world.facts.cached:
        raise WouldBlock
    log = RequestLog(new_request_id(world.randomness), world.clock.now(), request)
    try:
        log.request = as_sent(request, world.settings.trusted_proxies)
        return _exchange(world, log, issuer)
    except Exception as broken:  # noqa: BLE001 said, recorded and logged
        error = as_fault(broken, log.request_id)
        if not error.request_id:  # a call of STS has recorded its own
            error = refuse(world, log, error)
        return token_request.refused(_worded(error, log), error.request_id or log.request_id)


def _exchange(world: World, log: RequestLog, issuer: AccountSettings) -> HttpResponse:
    _would_call(world, log, ISSUES)
    asked = token_request.read(log.request)
    caller, seconds = (_session if asked.of_session else _subject)(world, log, issuer, asked)
    _would_call(world, log, ISSUES)
    given = {"Audience": list(asked.audiences), "SigningAlgorithm": ALGORITHM, "DurationSeconds": seconds}
    output = dispatch(
        world, caller, ("sts", ISSUES), given, via=DIRECT, request_id=log.request_id, request=log.request
    )
    members = {
        "access_token": output["WebIdentityToken"],
        "issued_token_type": asked.issued_type,
        "token_type": token_request.ISSUED[asked.issued_type],
        "expires_in": seconds,
    }
    if isinstance(caller.vouched, Exchanged) and caller.vouched.scope:
        members["scope"] = " ".join(caller.vouched.scope)
    return answered(200, members, log.request_id)


def _session(
    world: World, log: RequestLog, issuer: AccountSettings, asked: TokenRequest
) -> tuple[Caller, int]:
    """Rule 1."""
    known = (*world.settings.hosts, hostname(urlsplit(issuer.issuer_url or "").netloc))
    check_host(log.request.header("host"), known)
    if log.request.header("authorization") is None:
        raise fault("MissingAuthenticationToken", "A session token is only taken in a request that it signs.")
    if log.request.header("x-amz-content-sha256") not in {None, log.request.body.sha256}:
        raise fault("UnsupportedSignature", "The body must be signed.")
    log.caller = caller = signature.identify(world, log.request)
    if caller.session is None or log.request.header("x-amz-security-token") != asked.subject_token:
        raise wrong("The subject_token is not the session token that signs the request.")
    limits.check(caller.session, "sts", ISSUES)
    if caller.account != issuer.account:
        raise wrong("The subject_token is of another account than the issuer.")
    if exchange.narrowed((), asked.scope) is None:
        raise AwsError("invalid_scope", 400, "A session has no scope.")
    if presented := signature.read(world.settings, log.request):
        refuse_replay(world, presented, "sts")
    return caller, _seconds(moment(caller.session.expires).timestamp(), log.now.timestamp())


def _subject(
    world: World, log: RequestLog, issuer: AccountSettings, asked: TokenRequest
) -> tuple[Caller, int]:
    """Rule 2."""
    _would_call(world, log, ASSUMES)
    if not asked.role_arn:
        raise wrong("role_arn is missing: the role in which the subject acts.")
    if role_to_assume(asked.role_arn).account != issuer.account:
        raise wrong("role_arn is not a role of the issuer's account.")
    given = {"RoleArn": asked.role_arn, "WebIdentityToken": asked.subject_token}
    log.input = given
    model = world.models.service("sts").operation(ASSUMES)
    proven = web_identity.read(log.request, given).prove(world, model, anonymous=False)
    log.caller = proven.caller
    token = identity_token.read(asked.subject_token)
    scope = exchange.narrowed(exchange.scope_of(token.claims), asked.scope)
    if scope is None:
        raise AwsError("invalid_scope", 400, "More is asked for than the scope of the subject_token.")
    seconds = _seconds(token.expires, world.clock.wall().timestamp())
    named = {"RoleSessionName": _session_name(token.subject), "DurationSeconds": SHORTEST_SESSION}
    output = dispatch(world, proven.caller, ("sts", ASSUMES), given | named, via=DIRECT, request=log.request)
    session = world.facts.session(output["Credentials"]["SessionToken"])  # type: ignore[index]  # its model
    vouched = Exchanged(token.issuer, token.subject, scope)
    caller = Caller(session.principal, session.access_key_id, session, vouched=vouched)
    log.caller = caller
    return caller, seconds


def _seconds(ends: float, now: float) -> int:
    seconds = exchange.seconds_left(ends, now)
    if seconds < 1:
        raise wrong("The subject_token has expired.")
    return seconds


def _session_name(subject: str) -> str:
    """The subject as the name of a session."""
    return re.sub(r"[^\w+=,.@-]", "-", subject, flags=re.ASCII)[:64].ljust(2, "-")


def _would_call(world: World, log: RequestLog, operation: str) -> None:
    """What is refused from now on is recorded as a refusal of that operation."""
    log.operation = world.models.service("sts").operation(operation)
    log.traits = SERVED["sts"][operation].traits


def _worded(error: AwsError, log: RequestLog) -> AwsError:
    """The error in the words of the protocol: RFC 6749, section 5.2; RFC 8693, section 2.2.2."""
    if error.code.islower():
        return error
    if error.code in {"InternalFailure", "ServiceUnavailable"}:
        return _as(error, SERVER, 503)
    if error.code in _UNSIGNED:
        return _as(error, CLIENT, 401)
    assuming = log.operation is not None and log.operation.name == ASSUMES
    return _as(error, REQUEST if assuming else _ISSUE.get(error.code, REQUEST), 400)


def _as(error: AwsError, code: str, status: int) -> AwsError:
    return AwsError(code, status, error.said or "The request was refused.", error.meant)
