"""CreateOAuth2Token: credentials for fifteen minutes, and a refresh token for the rest of the sign-in.

The caller is who signed in (`access.schemes.sign_in_grant`), and needs signin:CreateOAuth2Token on the
client.

1. The proof is used, and so is the code: of two who show either at once, one gets something.
2. The credentials are the session of the sign-in again, under another key, for LIFETIME at most: with the
   same limits, tags and source identity, and issued when the sign-in was. So what is revoked of it is
   revoked here. They end with the sign-in's session.
3. A refresh token is bound to the key of the proof, and so it isn't replaced when it is used: what a client
   that got no answer sends again works.

Source: AWS Sign-In API Reference, CreateOAuth2Token; Service Authorization Reference, "AWS Sign-In";
RFC 9700, section 4.14.2 (refresh tokens: bound to a sender, or replaced).
"""

from datetime import timedelta
from typing import Final

from watchword.access import Demand, sign_ins
from watchword.access.caller import Granted
from watchword.access.schemes import sign_in_grant
from watchword.access.schemes.sign_in_grant import CODE, expired, invalid
from watchword.facts.credentials import KEYRING
from watchword.identity.sign_in_clients import bound_to
from watchword.proofs import sign_in_token
from watchword.services.operation import Call, Operation, Output, writes
from watchword.services.signin.clients import on_client
from watchword.sessions import Session
from watchword.sessions import session as sessions
from watchword.sessions.session import again, moment
from watchword.store import Conflict, used_signatures
from watchword.store import sign_ins as kept
from watchword.store.sign_ins import Kind

LIFETIME: Final = timedelta(minutes=15)


def create_o_auth2_token(call: Call) -> Output:
    """CreateOAuth2Token."""
    given, granted, session = call.input["tokenInput"], _granted(call), call.caller.session
    assert session is not None, "the scheme gives one"
    _use(call, granted)  # 1.
    short = again(session, LIFETIME, call.now, call.world.randomness)  # 2.
    output: dict[str, object] = {
        "accessToken": {
            "accessKeyId": short.access_key_id,
            "secretAccessKey": short.secret,
            "sessionToken": sessions.seal(short, call.world.facts.need(KEYRING)),
        },
        "tokenType": "aws_sigv4",
        "expiresIn": int((moment(short.expires) - call.now).total_seconds()),
        "refreshToken": given.get("refreshToken", ""),
    }
    if given["grantType"] == CODE:
        output["refreshToken"] = _refresh_token(call, granted, session)
        output["idToken"] = _id_token(call, session)
    return {"tokenOutput": output}


def to_create(call: Call) -> tuple[Demand, ...]:
    """signin:CreateOAuth2Token on the client."""
    given = call.input["tokenInput"]
    keys = {"signin:OAuthGrantType": given["grantType"]}
    if "redirectUri" in given:
        keys["signin:OAuthRedirectUri"] = given["redirectUri"]
    return (on_client(call, "signin:CreateOAuth2Token", given["clientId"], keys),)


def _granted(call: Call) -> Granted:
    assert isinstance(call.caller.vouched, Granted), "the scheme gives one"
    return call.caller.vouched


def _use(call: Call, granted: Granted) -> None:
    """Rule 1."""
    try:
        used_signatures.insert(call.tx, granted.proof.identity, granted.proof.until, call.world.clock.wall())
    except Conflict:
        raise invalid("The proof in the header DPoP was used before.", "a replay") from None
    if granted.row.kind == Kind.GRANT and kept.take(call.tx, granted.row.id, Kind.GRANT) is None:
        raise expired(Kind.GRANT, "the code was used a moment ago")


def _refresh_token(call: Call, granted: Granted, session: Session) -> str:
    """Rule 3."""
    return sign_ins.begin(
        call.world,
        call.tx,
        Kind.REFRESH,
        call.world.facts.session(granted.row.token),
        user_id=granted.row.user_id,
        password_set=granted.row.password_set,
        role_token=granted.row.role_token,
        lifetime=moment(session.expires) - call.now,
        bound_to=bound_to(call.input["tokenInput"]["clientId"], granted.thumbprint),
    )


def _id_token(call: Call, session: Session) -> str:
    issued = int(call.world.clock.wall().timestamp())
    claims: dict[str, str | int] = {
        "iss": "signin.amazonaws.com",
        "sub": call.caller.principal.arn,
        "aud": call.input["tokenInput"]["clientId"],
        "iat": issued,
        "exp": issued + int((moment(session.expires) - call.now).total_seconds()),
    }
    return sign_in_token.issue(claims, call.world.root_key.material)


OPERATIONS: dict[str, Operation] = {
    "CreateOAuth2Token": writes(create_o_auth2_token, to_create, mints=True, proof=sign_in_grant.read)
}
