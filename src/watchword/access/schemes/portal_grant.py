"""The scheme of CreateToken: a client shows that it is one, and what it was given for its token.

In this order:

1. The client is registered, and shows its secret (`access.portal_clients`).
2. The grant is one of those that it registered.
3. The device code, code or refresh token is there, of this client, and hasn't expired. Whose it isn't hears
   the same as one who invents it.
   - Of a device code somebody has decided. Until then the client waits, and asks once in INTERVAL.
   - A code comes with the address that it was sent to, and the verifier of its challenge (PKCE).
   - A refresh token was used once at most, or a moment ago (GRACE): two processes of one person share it, and
     an answer can get lost. One that is used later was copied: its session ends (RFC 9700, section 4.14.2).
4. The session is alive (`access.portal`).

That it is used is noted by the operation, in its transaction.
Sources: IAM Identity Center OIDC API Reference, CreateToken; RFC 8628, sections 3.4 and 3.5; RFC 6749,
sections 4.1.3, 5.2 and 6; RFC 7636.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct, structs

from watchword.access import portal
from watchword.access.caller import Caller, PortalGrant, Proven
from watchword.access.portal_clients import digest_of, proved
from watchword.access.sign_ins import digest
from watchword.identity.portal.clients import CODE, DEVICE_CODE, GRANTS, REFRESH, Registration
from watchword.identity.portal.errors import refusal
from watchword.identity.sign_in_clients import bound_to, challenge_of, same
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.sigv4.replay import Trace
from watchword.store import Transaction
from watchword.store.portal import device_authorizations, secrets, sessions
from watchword.store.portal.device_authorizations import DeviceAuthorization
from watchword.store.portal.secrets import Held, Kind
from watchword.wire import Operation
from watchword.world import World

INTERVAL: Final = timedelta(seconds=1)
"""AWS's. A client that waits so long by its own clock may come a little early."""
_EARLY = timedelta(milliseconds=500)
GRACE: Final = timedelta(minutes=2)
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    DEVICE_CODE: ("deviceCode",),
    CODE: ("code", "redirectUri", "codeVerifier"),
    REFRESH: ("refreshToken",),
}
_INVALID: Final = "The code or token is unknown, was used, or has expired."
_ENDED: Final = "The session has ended. Sign in again."


class ShownGrant(Struct, frozen=True):
    """The input of CreateToken, with nothing proved."""

    request: HttpRequest
    given: Mapping[str, Any]
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        client = proved(world, self.given)  # 1.
        _check_grant(client, self.given)  # 2.
        client_digest = digest_of(self.given["clientId"])
        shown: DeviceAuthorization | Held
        if self.given["grantType"] == DEVICE_CODE:
            shown, session_id = _decided(world, client_digest, self.given["deviceCode"])  # 3.
        else:
            shown, session_id = _held(world, self.given)
        try:
            with world.database.read() as tx:
                session, user = portal.alive(world, tx, session_id)  # 4.
        except AwsError as ended:
            if ended.code != "InvalidSessionToken":
                raise
            raise refusal("InvalidGrant", _ENDED, ended.meant) from None
        principal = portal.principal_of(user, session.account, session.id)
        granted = PortalGrant(session, client, client_digest, shown)
        return Proven(Caller(principal, vouched=granted), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        """Nobody may cache an answer with a token."""
        return structs.replace(response, headers=(*response.headers, ("cache-control", "no-store")))


def read(request: HttpRequest, given: Mapping[str, Any]) -> ShownGrant:
    """What the input of CreateToken presents."""
    return ShownGrant(request, given)


def invalid(meant: str) -> AwsError:
    """A code or token that is worth nothing."""
    return refusal("InvalidGrant", _INVALID, meant)


def bound_to_client(client_id: str) -> str:
    """What a refresh token is kept with."""
    return bound_to(digest_of(client_id).hex())


def bound_to_request(client_id: str, redirect_uri: str, challenge: str) -> str:
    """What a code is kept with."""
    return bound_to(digest_of(client_id).hex(), redirect_uri, challenge)


def _check_grant(client: Registration, given: Mapping[str, Any]) -> None:
    grant = given["grantType"]
    if grant not in GRANTS:
        raise refusal("UnsupportedGrantType", f"The grant {grant[:100]!r} isn't served.")
    if grant not in client.grants:
        raise refusal("UnauthorizedClient", f"The client isn't registered for the grant {grant}.")
    if missing := [name for name in _NEEDED[grant] if not given.get(name)]:
        raise refusal("InvalidRequest", f"{missing[0]} is missing.")


def _decided(world: World, client: bytes, device_code: str) -> tuple[DeviceAuthorization, str]:
    """The device authorization, and the session that somebody gave it. Raises AwsError."""
    with world.database.read() as tx:
        found = device_authorizations.of(tx, digest(device_code))
    if found is None or found.client != client:
        raise invalid("no such device code, or another client's")
    if found.expires <= world.clock.now():
        raise refusal("ExpiredToken", "The device code has expired. Ask for another one.")
    if found.denied:
        raise refusal("AccessDenied", "The request was refused in the browser.")
    if found.session is None:
        raise _wait(world, found)
    return found, found.session


def _wait(world: World, found: DeviceAuthorization) -> AwsError:
    now = world.clock.now()
    if found.polled is not None and now - found.polled < INTERVAL - _EARLY:
        return refusal("SlowDown", "You are asking too often.")
    with world.database.write(now, shared=True) as tx:
        device_authorizations.note_poll(tx, found)
    return refusal("AuthorizationPending", "Nobody has answered in the browser yet.")


def _held(world: World, given: Mapping[str, Any]) -> tuple[Held, str]:
    """The code or refresh token, and the session that it is of. Raises AwsError."""
    kind, secret, bound = Kind.REFRESH, given.get("refreshToken", ""), bound_to_client(given["clientId"])
    if given["grantType"] == CODE:
        challenge = challenge_of(given["codeVerifier"])
        kind, secret = Kind.GRANT, given["code"]
        bound = bound_to_request(given["clientId"], given["redirectUri"], challenge)
    with world.database.read() as tx:
        found = secrets.of(tx, digest(secret), kind)
    if found is None or found.expires <= world.clock.now():
        raise invalid("no such code or token, or it has expired")
    if not same(found.bound_to, bound):
        raise invalid("the code or token is of another client, address or verifier")
    if found.used is not None and world.clock.now() - found.used > GRACE:
        with world.database.write(world.clock.now()) as tx:
            _end(tx, found)
        raise invalid("a refresh token was used twice: its session was ended")
    return found, found.session


def _end(tx: Transaction, found: Held) -> None:
    sessions.remove(tx, found.session)
