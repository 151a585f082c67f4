"""Who is this?  The one place that verifies.

Schemes are tried in order; each answers a Caller, None for not tried, or raises. A scheme that was tried
and failed ends the search. Within the signature scheme the order is:

1. the access key, or the session token and that it belongs to the key named;
2. the signature (an unknown key is verified against a secret of nobody's first, and after a wrong signature
   nobody's key is looked for in the database, so that both take the same time);
3. the session's expiry; 4. that its principal still exists, as itself; 5. revocation;
6. what credentials of that kind may call at all;
7. a body that comes in signed chunks, or with a checksum behind it.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from msgspec import structs

from watchword.access.caller import NOBODY, VERSION_2, Caller, Means
from watchword.access.claims import shown
from watchword.access.forms import Upload, take_file, verify_upload
from watchword.access.unframe import framed, is_framed, unframe
from watchword.facts import Facts
from watchword.facts.credentials import ACCESS_KEY, ACCOUNT_EXISTS, REVOCATIONS, ROLE_EXISTS, USER_EXISTS
from watchword.facts.fact import Fact
from watchword.names import AwsError, HttpRequest, fault
from watchword.names.ids import Prefix
from watchword.sessions import Session, limits, revocation
from watchword.sessions import session as sessions
from watchword.sigv4 import Claim, read, verify
from watchword.sigv4.payload import check_payload
from watchword.sigv4.sigv2 import Presigned, verify_presigned
from watchword.sigv4.verify import verify_head
from watchword.wire import Operation
from watchword.world import World

SKEW_SECONDS = 300
SKEW_SECONDS_S3 = 900
"""Source: Amazon S3 API Reference, "Error responses", RequestTimeTooSkewed."""

_REGION = re.compile(r"[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?")
"""Any name a region could have, since this server is in none of AWS's; SigV4a's patterns as well."""
_NOBODYS_SECRET = "0" * 40
_NOBODYS_KEY = "AKIA" + "0" * 16


def skew_of(service: str) -> int:
    """Seconds that the clocks of a service's callers may differ from ours."""
    return SKEW_SECONDS_S3 if service == "s3" else SKEW_SECONDS


class Proven(NamedTuple):
    """The caller, and the request that was proved to be theirs, its body taken out of any chunks."""

    caller: Caller
    request: HttpRequest


def authenticate(
    world: World,
    request: HttpRequest,
    claim: Claim | Presigned | Upload | None,
    operation: Operation,
    *,
    anonymous: bool,
) -> Proven:
    """The caller of an operation. Raises a fault when authentication failed, or is needed and missing."""
    service = operation.service
    if claim is None:
        return _unsigned(request, anonymous=anonymous)
    if isinstance(claim, Upload):
        proven = _uploaded(world, request, claim, anonymous=anonymous)
    elif isinstance(claim, Presigned):
        proven = _presigned_by_version_2(world, request, claim)
    else:
        proven = _signed(world, request, claim, service.signing_name, skew_of(service.name))
    if proven.caller.session:
        limits.check(proven.caller.session, service.name, operation.name)
    return proven


def admit(world: World, request: HttpRequest) -> None:
    """Raises unless the head of a request to S3 was signed; its body needn't be here yet.

    Asked before a large body is kept, so that nobody without credentials can fill the disk. The whole request
    is authenticated again afterwards.
    """
    claim, request = shown(world.settings, request)
    if claim is None:
        raise fault("MissingAuthenticationToken")
    if isinstance(claim, Upload):
        _uploader(world, claim)
    elif isinstance(claim, Presigned):
        _signer(world, claim, partial(verify_presigned, claim, now=world.clock.wall()))
    else:
        now = world.clock.wall()
        expected = partial(verify_head, claim, request, services=("s3",), now=now, skew=SKEW_SECONDS_S3)
        _signer(world, claim, expected)


def identify(world: World, request: HttpRequest) -> Caller:
    """Who signed a request to this server itself, for whichever service they signed it."""
    claim = read(request)
    if claim is None or framed(claim):
        raise fault("MissingAuthenticationToken")
    expected = partial(verify, claim, request, now=world.clock.wall(), skew=SKEW_SECONDS)
    caller, _ = _signer(world, claim, expected)
    return caller


def _unsigned(request: HttpRequest, *, anonymous: bool) -> Proven:
    if not anonymous:
        raise fault("MissingAuthenticationToken")
    if is_framed(request):
        raise fault("UnsupportedSignature", "A body in chunks needs a signature.")
    return Proven(NOBODY, request)


def _signed(world: World, request: HttpRequest, claim: Claim, service: str, skew: int) -> Proven:
    _check_region(claim)
    check, now = verify_head if framed(claim) else verify, world.clock.wall()
    expected = partial(check, claim, request, services=(service,), now=now, skew=skew)
    caller, secret = _signer(world, claim, expected)
    if claim.expires is not None:
        age = sessions.milliseconds(now) - sessions.milliseconds(claim.timestamp)
        caller = structs.replace(caller, means=Means("REST-QUERY-STRING", claim.algorithm, max(age, 0)))
    return Proven(caller, unframe(request, claim, secret) if framed(claim) else request)


def _presigned_by_version_2(world: World, request: HttpRequest, claim: Presigned) -> Proven:
    expected = partial(verify_presigned, claim, now=world.clock.wall())
    caller, _ = _signer(world, claim, expected)
    check_payload(request.header("x-amz-content-sha256") or "", request.body)
    return Proven(structs.replace(caller, means=Means("REST-QUERY-STRING", VERSION_2)), request)


def _uploaded(world: World, request: HttpRequest, upload: Upload, *, anonymous: bool) -> Proven:
    if upload.claim is None:
        caller = _unsigned(request, anonymous=anonymous).caller
    else:
        caller = _uploader(world, upload)
    body = take_file(upload, request.body, world.clock.wall())
    length = ("content-length", str(body.size))
    return Proven(caller, replace(request, headers=(*request.headers, length), body=body))


def _uploader(world: World, upload: Upload) -> Caller:
    claim = upload.claim
    if claim is None:
        raise fault("MissingAuthenticationToken")
    if isinstance(claim, Claim):
        _check_region(claim)
    caller, _ = _signer(world, claim, partial(verify_upload, upload, now=world.clock.wall()))
    version = VERSION_2 if isinstance(claim, Presigned) else claim.algorithm
    return structs.replace(caller, means=Means("POST", version))


def _signer(world: World, claim: Claim | Presigned, expected: Callable[[str], None]) -> tuple[Caller, str]:
    """The caller and their secret. `expected` raises unless the secret it is given is the one that signed."""
    try:
        caller, secret = _credentials(world.facts, claim)
    except AwsError as unknown:
        with suppress(AwsError):
            expected(_NOBODYS_SECRET)
        raise unknown from None
    try:
        expected(secret)
    except AwsError:
        if caller.session is None:
            world.facts.get(ACCESS_KEY, _NOBODYS_KEY)
        raise
    if caller.session:
        _check_session(world.facts, caller.session, world.clock.now())
    return caller, secret


def _check_region(claim: Claim) -> None:
    for region in claim.region_set or (claim.scope.region,):
        if not _REGION.fullmatch(region):
            said = f"Credential should be scoped to a valid Region, not '{region[:80]}'."
            raise fault("ScopeMismatch", said)


def _credentials(facts: Facts, claim: Claim | Presigned) -> tuple[Caller, str]:
    if claim.access_key_id.startswith(Prefix.SESSION_KEY):
        session = _session(facts, claim)
        return Caller(session.principal, session.access_key_id, session), session.secret
    if claim.token is not None:
        raise fault("InvalidClientTokenId", meant="a session token with a long-term access key")
    key = facts.get(ACCESS_KEY, claim.access_key_id)
    if key is None or not key.active:
        raise fault(
            "InvalidClientTokenId",
            meant="unknown access key" if key is None else "inactive access key",
            AWSAccessKeyId=claim.access_key_id,
        )
    return Caller(key.principal, claim.access_key_id), key.secret


def _session(facts: Facts, claim: Claim | Presigned) -> Session:
    if claim.token is None:
        raise fault(
            "InvalidClientTokenId",
            meant="a session's access key without its token",
            AWSAccessKeyId=claim.access_key_id,
        )
    session = facts.session(claim.token)
    if session.access_key_id != claim.access_key_id:
        raise fault("InvalidSessionToken", meant="the token of another access key")
    return session


def _existence(session: Session) -> tuple[Fact[[str], bool], str]:
    """The fact that the session's user, role or account exists, and its key."""
    match session.kind:
        case "role":
            return ROLE_EXISTS, session.unique_id
        case "user":
            return USER_EXISTS, session.unique_id
        case "root" | "federated":
            return ACCOUNT_EXISTS, session.account


def _check_session(facts: Facts, session: Session, now: datetime) -> None:
    if sessions.milliseconds(now) >= session.expires:
        raise fault("ExpiredToken", meant="the session has ended")
    if not facts.get(*_existence(session)):
        raise fault("InvalidSessionToken", meant=f"the {session.kind} of this session no longer exists")
    if revocation.covers(facts.need(REVOCATIONS, session.account), session):
        raise fault("InvalidSessionToken", meant="the session was revoked")
