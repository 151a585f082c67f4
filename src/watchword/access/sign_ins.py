"""Who shows the secret of a sign-in: a browser by its cookie, a person by a one-time link.

A secret is 32 random bytes; only its SHA-256 is kept (`store.sign_ins`). The order of checks:

1. There is a sign-in of that kind with that secret, and it hasn't expired.
2. Its session is alive: who signed in still exists, and nothing was revoked (`credentials.check_session`).
3. The password that they signed in with is still theirs. So a sign-in ends when the password is changed or
   removed, by whatever means.
4. Of somebody who switched to a role, the role's session is alive too. If it isn't, they are themselves in
   their browser, where they see it; codes and refresh tokens are over.

All of it is checked at each request, so what ends a sign-in ends it at the next request, on every node.
Whatever fails is the same refusal: there is no such sign-in. Each step of a sign-in has a secret of its own,
so none that was known before a step is worth anything after it (session fixation).
Source: OWASP, "Session Management Cheat Sheet".
"""

import base64
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import structs

from watchword.access.caller import Caller
from watchword.access.credentials import check_session
from watchword.facts.credentials import KEYRING
from watchword.names import AwsError, fault
from watchword.names.ids import Randomness
from watchword.sessions import Session
from watchword.sessions import session as sessions
from watchword.sessions.session import moment, new_session
from watchword.store import Transaction, sign_ins
from watchword.store.iam import login_profiles
from watchword.store.iam.users import User
from watchword.store.sign_ins import Kind, SignIn
from watchword.world import World

HOURS = timedelta(hours=12)
"""How long a sign-in by a password lasts: AWS Sign-In User Guide, "How long does my session last?"."""
STEP = timedelta(minutes=10)
"""How long the next step of a sign-in is waited for."""
_SECRET_BYTES = 32


class SignedIn(NamedTuple):
    """A sign-in that was found, and who it is."""

    row: SignIn
    caller: Caller
    """Who acts: who signed in, or the role that they switched to."""
    own: Caller
    """Who signed in."""

    @property
    def session(self) -> Session:
        """That of who acts."""
        assert self.caller.session is not None
        return self.caller.session


def new_secret(randomness: Randomness) -> str:
    """A secret that fits into a cookie and into a URL."""
    return base64.urlsafe_b64encode(randomness(_SECRET_BYTES)).rstrip(b"=").decode()


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def user_session(
    world: World, user: User, lifetime: timedelta, now: datetime, *, multi_factor: bool
) -> Session:
    """The session of a user who signed in by a password."""
    proved = sessions.milliseconds(now) if multi_factor else None
    return new_session(user.principal, lifetime, now, world.randomness, mfa_at=proved, signed_in=True)


def caller_of(session: Session) -> Caller:
    """Who acts in a session that was just made or checked."""
    return Caller(session.principal, session.access_key_id, session)


def begin(  # noqa: PLR0913 what a sign-in has
    world: World,
    tx: Transaction,
    kind: Kind,
    session: Session,
    *,
    user_id: str | None = None,
    password_set: datetime | None = None,
    role_token: str = "",
    bound_to: str = "",
    lifetime: timedelta = HOURS,
) -> str:
    """A new sign-in, which ends with its session, or after `lifetime`: its secret."""
    secret, token = new_secret(world.randomness), sessions.seal(session, world.facts.need(KEYRING))
    row = SignIn(
        digest(secret),
        kind.value,
        token,
        tx.at,
        min(moment(session.expires), tx.at + lifetime),
        user_id,
        password_set,
        role_token,
        bound_to,
    )
    sign_ins.insert(tx, row)
    return secret


def ending(world: World, found: SignedIn) -> tuple[Session, str]:
    """Who signed in and, sealed, the role that they act as; both are over when the sign-in is."""

    def ends(caller: Caller) -> Session:
        assert caller.session is not None
        last = sessions.milliseconds(found.row.expires)
        return structs.replace(caller.session, expires=min(caller.session.expires, last))

    sealed = sessions.seal(ends(found.caller), world.facts.need(KEYRING)) if found.row.role_token else ""
    return ends(found.own), sealed


def renew(world: World, tx: Transaction, row: SignIn, *, role_token: str) -> str:
    """The same sign-in under another secret, in a role or in none: the secret.

    Raises the fault InvalidSessionToken if it ended since it was found: what was signed out stays so.
    """
    if sign_ins.take(tx, row.id, Kind(row.kind)) is None:
        raise fault("InvalidSessionToken", meant="the sign-in ended a moment ago")
    secret = new_secret(world.randomness)
    sign_ins.insert(tx, replace(row, id=digest(secret), role_token=role_token))
    return secret


def find(world: World, secret: str, kind: Kind) -> SignedIn:
    """Who shows that secret. Raises the fault InvalidSessionToken."""
    with world.database.read() as tx:
        return check(world, tx, sign_ins.of(tx, digest(secret), kind))


def check(world: World, tx: Transaction, row: SignIn | None) -> SignedIn:
    """The same for a row that was read. Raises the fault InvalidSessionToken."""
    now = world.clock.now()
    if row is None or row.expires <= now:  # 1.
        raise fault("InvalidSessionToken", meant="no such sign-in, or it has expired")
    own = _alive(world, row.token, now)  # 2.
    profile = login_profiles.of(tx, row.user_id) if row.user_id else None
    if row.user_id and (profile is None or profile.changed != row.password_set):  # 3.
        raise fault("InvalidSessionToken", meant="the password was changed since the sign-in")
    if not row.role_token:
        return SignedIn(row, own, own)
    try:
        return SignedIn(row, _alive(world, row.role_token, now), own)
    except AwsError:  # 4.
        if row.kind != Kind.BROWSER:
            raise
        return SignedIn(replace(row, role_token=""), own, own)


def _alive(world: World, token: str, now: datetime) -> Caller:
    session = world.facts.session(token)
    return structs.replace(caller_of(session), principal=check_session(world.facts, session, now))
