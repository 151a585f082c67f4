"""The scheme of `aws login`: the body has a code or a refresh token of somebody who signed in in a browser.

It is good for who has the key of the proof in the header DPoP. In this order:

1. There is one proof, and it holds for this request, now (`proofs.dpop`).
2. There is such a code or token, of this client: a code with the same address and with the verifier of its
   challenge, a refresh token with the same key.
3. Who signed in is still there, with the same password, and nothing was revoked, neither of them nor of the
   role that they acted as (`access.sign_ins`).

That it is used, a code once and a proof once, is noted by the operation, in its transaction. A stranger can
make proofs without end, so those are remembered that come with a code or token that is good.
Source: AWS Sign-In API Reference, CreateOAuth2Token; RFC 9449, section 5; RFC 6749, sections 4.1.3 and 6.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, structs

from watchword.access import sign_ins
from watchword.access.caller import Granted, Proven
from watchword.access.sign_ins import SignedIn
from watchword.identity import sign_in_clients
from watchword.identity.sign_in_clients import bound_to
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.proofs import dpop
from watchword.proofs.dpop import Proof, WrongProofError
from watchword.sigv4.replay import Trace
from watchword.store import sign_ins as kept
from watchword.store.sign_ins import Kind
from watchword.wire import Operation
from watchword.world import World

HEADER = "dpop"
CODE = "authorization_code"
_EXPIRED = {Kind.GRANT: "AUTHCODE_EXPIRED", Kind.REFRESH: "TOKEN_EXPIRED"}


class SignInGrant(Struct, frozen=True):
    """A code or a refresh token as it was sent, with nothing proved."""

    request: HttpRequest
    given: Mapping[str, Any]
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        proof = _proof(world, self.request)  # 1.
        kind = Kind.GRANT if self.given["grantType"] == CODE else Kind.REFRESH
        secret, bound = _shown(self.given, kind, proof)
        found = _found(world, secret, kind, bound)  # 2.  3.
        until = datetime.fromtimestamp(proof.until, UTC)
        granted = Granted(found.row, proof.thumbprint, Trace(proof.identity, until))
        return Proven(structs.replace(found.caller, vouched=granted), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """The operation notes the use itself, whatever the setting."""
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        """Nobody may cache an answer with credentials."""
        return structs.replace(response, headers=(*response.headers, ("cache-control", "no-store")))


def read(request: HttpRequest, given: Mapping[str, Any]) -> SignInGrant:
    """What the input of CreateOAuth2Token presents."""
    return SignInGrant(request, given["tokenInput"])


def denied(error: str, said: str, meant: str = "") -> AwsError:
    """AccessDeniedException, whose kind clients act upon."""
    status = 401 if error.endswith("_EXPIRED") else 403
    return AwsError("AccessDeniedException", status, said, meant, {"error": error})


def invalid(said: str, meant: str = "") -> AwsError:
    """ValidationException: the request can never be right."""
    return AwsError("ValidationException", 400, said, meant, {"error": "INVALID_REQUEST"})


def expired(kind: Kind, meant: str) -> AwsError:
    """A code or token that is unknown, was used, or has expired."""
    return denied(_EXPIRED[kind], "The code or token has expired, or was used. Sign in again.", meant)


def _proof(world: World, request: HttpRequest) -> Proof:
    sent = [value for name, value in request.headers if name == HEADER]
    if len(sent) != 1:
        raise invalid("The request must have one header DPoP, with a proof of the client's key.")
    scheme = "https" if request.secure else "http"
    url = f"{scheme}://{request.header('host')}{request.path}"
    try:
        return dpop.read(sent[0], request.method, url, world.clock.wall().timestamp())
    except WrongProofError as wrong:
        raise invalid(f"The proof in the header DPoP isn't valid: {wrong}.") from None


def _shown(given: Mapping[str, Any], kind: Kind, proof: Proof) -> tuple[str, str]:
    """The secret, and what it must be bound to. Raises ValidationException."""
    needed = ("code", "redirectUri", "codeVerifier") if kind is Kind.GRANT else ("refreshToken",)
    if missing := [name for name in needed if not given.get(name)]:
        raise invalid(f"{missing[0]} is missing.")
    if kind is Kind.REFRESH:
        return given["refreshToken"], bound_to(given["clientId"], proof.thumbprint)
    challenge = sign_in_clients.challenge_of(given["codeVerifier"])
    return given["code"], bound_to(given["clientId"], given["redirectUri"], challenge)


def _found(world: World, secret: str, kind: Kind, bound: str) -> SignedIn:
    with world.database.read() as tx:
        row = kept.of(tx, sign_ins.digest(secret), kind)
        if row is None or row.expires <= world.clock.now():
            raise expired(kind, "no such code or token, or it has expired")
        if not sign_in_clients.same(row.bound_to, bound):
            raise invalid("The code or token is of another client, another address or another key.")
        try:
            return sign_ins.check(world, tx, row)
        except AwsError as ended:
            if ended.code not in {"InvalidSessionToken", "ExpiredToken"}:
                raise
            said = "The sign-in has ended: the password was changed, or it was revoked. Sign in again."
            raise denied("USER_CREDENTIALS_CHANGED", said, ended.meant) from None
