"""CreateToken: an access token of a session in the access portal, and perhaps a refresh token.

The caller is who the session is of (`access.schemes.portal_grant`).

1. A device code and a code are used up: of two who show one at once, one gets something. A refresh token is
   marked as used.
2. The session is still there in this transaction: it wasn't signed out since it was found.
3. An access token lasts an hour where it can be refreshed, and as long as the session where it can't.
4. A new refresh token comes with each, since clients forget the one before. There are at most MOST tokens of
   a session at a time.

Source: IAM Identity Center OIDC API Reference, CreateToken; RFC 9700, section 4.14.2.
"""

from dataclasses import replace as with_proof
from datetime import timedelta
from typing import Final

from watchword.access import portal
from watchword.access.caller import PortalGrant
from watchword.access.schemes import portal_grant
from watchword.access.schemes.portal_grant import bound_to_client, invalid
from watchword.identity.portal.errors import refusal
from watchword.services.operation import Call, Operation, Output, no_demands, writes
from watchword.store.portal import device_authorizations, secrets, sessions
from watchword.store.portal.device_authorizations import DeviceAuthorization
from watchword.store.portal.secrets import Kind

HOUR: Final = timedelta(hours=1)
MOST: Final = 500


def create_token(call: Call) -> Output:
    """CreateToken."""
    granted, world = _granted(call), call.world
    _use(call, granted)  # 1.
    session = sessions.by_id(call.tx, granted.session.id)
    if session is None:  # 2.
        raise invalid("the session ended a moment ago")
    if secrets.count(call.tx, session.id) >= MOST:
        raise refusal("SlowDown", "This session has too many tokens now.")
    lifetime = HOUR if granted.client.refreshes else session.expires - call.now  # 3.
    lifetime = min(lifetime, session.expires - call.now)
    output: dict[str, object] = {
        "accessToken": portal.hold(world, call.tx, session, Kind.ACCESS, lifetime=lifetime),
        "tokenType": "Bearer",
        "expiresIn": int(lifetime.total_seconds()),
    }
    if granted.client.refreshes:  # 4.
        bound = bound_to_client(call.input["clientId"])
        output["refreshToken"] = portal.hold(world, call.tx, session, Kind.REFRESH, bound_to=bound)
    return output


def _granted(call: Call) -> PortalGrant:
    assert isinstance(call.caller.vouched, PortalGrant), "the scheme gives one"
    return call.caller.vouched


def _use(call: Call, granted: PortalGrant) -> None:
    """Rule 1."""
    shown = granted.shown
    if isinstance(shown, DeviceAuthorization):
        taken = device_authorizations.take(call.tx, shown.id) is not None
    elif shown.kind == Kind.GRANT:
        taken = secrets.take(call.tx, shown.id, Kind.GRANT) is not None
    else:
        taken = secrets.of(call.tx, shown.id, Kind.REFRESH) is not None
        if shown.used is None:
            secrets.note_use(call.tx, shown)
    if not taken:
        raise invalid("it was used, or its session ended, a moment ago")


OPERATIONS: dict[str, Operation] = {
    "CreateToken": with_proof(writes(create_token, no_demands, mints=True), proof=portal_grant.read),
}
