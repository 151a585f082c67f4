"""Who shows the secret of a session in the access portal: a browser by its cookie, a program by its token.

A secret is 32 random bytes; only its SHA-256 is kept (`store.portal`). The order of checks:

1. There is such a secret of that kind, and it hasn't expired.
2. Its session is there, and hasn't expired. Signing out removes it, with all that was held of it.
3. The person is there and may sign in.
4. The password that they signed in with is still theirs.
5. The session wasn't revoked, and the account that has the instance is open.

All of it is checked at each request, so what ends a session ends it at the next request, on every node.
Whatever fails is the same refusal: there is no such session.
Source: OWASP, "Session Management Cheat Sheet"; RFC 6750, section 5.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from watchword.access.sign_ins import digest, new_secret
from watchword.facts.accounts import ACCOUNT_IS_OPEN
from watchword.facts.credentials import REVOCATIONS
from watchword.names import AwsError, fault
from watchword.names.ids import Prefix, new_access_key_id
from watchword.names.principal import IdentityCenterUser
from watchword.sessions.session import milliseconds
from watchword.store import Transaction
from watchword.store.identity_center import instances, users
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.users import User
from watchword.store.portal import passwords, secrets, sessions
from watchword.store.portal.secrets import Held, Kind
from watchword.store.portal.sessions import PortalSession, Stage
from watchword.store.revocations import CHAIN, EVERYTHING
from watchword.world import World

LASTS: Final[Mapping[Stage, timedelta]] = {
    Stage.LINK: timedelta(days=1),
    Stage.STEP: timedelta(minutes=10),
    Stage.IN: timedelta(hours=8),
}
"""How long a session lasts. Of who is in, AWS's default: IAM Identity Center User Guide, "Set session
duration"."""


class InPortal(NamedTuple):
    """A secret that was found, the session that it is of, and whose that is."""

    held: Held
    session: PortalSession
    user: User

    @property
    def principal(self) -> IdentityCenterUser:
        return principal_of(self.user, self.session.account, self.session.id)


def principal_of(user: User, account: str, session_id: str = "") -> IdentityCenterUser:
    """Who a user is, in a session. account: the one that has the instance."""
    return IdentityCenterUser(account, user.id, user.name, user.directory, session_id)


def instance_at(tx: Transaction, directory: str) -> Instance | None:
    """The instance whose portal it is: of that directory, or the first one if none is named."""
    return instances.of_directory(tx, directory) if directory else instances.earliest(tx)


def begin(
    world: World,
    tx: Transaction,
    user: IdentityCenterUser,
    stage: Stage,
    source: str,
    *,
    password_set: datetime | None = None,
    mfa_at: datetime | None = None,
) -> PortalSession:
    """A new session of somebody who has come so far, from that address."""
    made = PortalSession(
        new_access_key_id(Prefix.SESSION_KEY, user.account, world.randomness),
        user.account,
        user.identity_store,
        user.user_id,
        source,
        stage.value,
        tx.at,
        tx.at + LASTS[stage],
        password_set,
        mfa_at,
    )
    sessions.insert(tx, made)
    return made


def hold(
    world: World,
    tx: Transaction,
    session: PortalSession,
    kind: Kind,
    *,
    lifetime: timedelta = LASTS[Stage.IN],
    bound_to: str = "",
) -> str:
    """A new secret of a session, which ends with it at the latest."""
    secret = new_secret(world.randomness)
    expires = min(session.expires, tx.at + lifetime)
    secrets.insert(tx, Held(digest(secret), kind.value, session.id, tx.at, expires, bound_to))
    return secret


def find(world: World, secret: str, kind: Kind) -> InPortal:
    """Who shows that secret. Raises the fault InvalidSessionToken."""
    with world.database.read() as tx:
        return check(world, tx, secrets.of(tx, digest(secret), kind))


def check(world: World, tx: Transaction, held: Held | None) -> InPortal:
    """The same for a row that was read. Raises the fault InvalidSessionToken."""
    if held is None or held.expires <= world.clock.now():  # 1.
        raise _ended("no such secret, or it has expired")
    session, user = alive(world, tx, held.session)
    return InPortal(held, session, user)


def alive(world: World, tx: Transaction, session_id: str) -> tuple[PortalSession, User]:
    """The session, and whose it is. Checks 2 to 5. Raises the fault InvalidSessionToken."""
    session = sessions.by_id(tx, session_id)
    if session is None or session.expires <= world.clock.now():  # 2.
        raise _ended("the session has ended")
    user = users.by_id(tx, session.directory, session.user_id)
    if user is None or not user.enabled:  # 3.
        raise _ended("the user was deleted or disabled")
    password = passwords.of(tx, user.id)
    if session.password_set is not None and (password is None or password.changed != session.password_set):
        raise _ended("the password was changed since the sign-in")  # 4.
    if _is_revoked(world, session) or not world.facts.get(ACCOUNT_IS_OPEN, session.account):  # 5.
        raise _ended("the session was revoked, or the account was closed")
    return session, user


def _is_revoked(world: World, session: PortalSession) -> bool:
    revoked = world.facts.need(REVOCATIONS, session.account)
    subjects = (session.id, CHAIN + session.id, session.user_id, EVERYTHING)
    return any(milliseconds(session.created) <= revoked.get(each, 0) for each in subjects)


def _ended(meant: str) -> AwsError:
    return fault("InvalidSessionToken", meant=meant)
