"""Whether somebody is a person of a directory: by a password, and by a code of an authenticator app.

The rules are those of IAM's users (`access.passwords`, `access.mfa_codes`): every attempt is counted before
it is checked, and an unknown user is as much work as a wrong password.
"""

from datetime import datetime
from typing import NamedTuple

from watchword.access.mfa_codes import Tried
from watchword.access.passwords import try_password
from watchword.facts.credentials import KEYRING
from watchword.identity import attempts
from watchword.identity.portal import seeds
from watchword.proofs import mfa
from watchword.proofs.mfa import Synchrony
from watchword.store.identity_center import users
from watchword.store.identity_center.users import User
from watchword.store.portal import authenticators, passwords
from watchword.world import World


class Recognised(NamedTuple):
    """The user of that name, if there is one. If the password is right: since when it is theirs."""

    user: User | None
    password_set: datetime | None
    meant: str = ""
    """Why it is wrong, for the operator alone."""


def by_password(world: World, directory: str, name: str, password: str, now: datetime) -> Recognised:
    """Whether the password is that of the directory's user of that name. Raises the fault Throttling."""
    with world.database.read() as tx:
        user = users.named(tx, directory, name)
        known = passwords.of(tx, user.id if user else "")
    tried = try_password(world, user.id if user else directory, known, password, now)
    if user is not None and known is not None and tried.right and user.enabled:
        return Recognised(user, known.changed)
    if user is None or known is None:
        return Recognised(user, None, "no such user, or one without a password")
    if not user.enabled:
        return Recognised(user, None, "the user is disabled")
    blocked = f"blocked until {tried.blocked_until}" if tried.blocked_until else "wrong password"
    return Recognised(user, None, blocked)


def by_code(world: World, user_id: str, code: str, now: datetime) -> Tried:
    """Counts an attempt and checks it: a code of the user's app. A right one puts a new app in use."""
    ring = world.facts.need(KEYRING)
    with world.database.write(now) as tx:
        app = authenticators.of(tx, user_id)
        if app is None:
            return Tried(right=False)
        if blocked := attempts.begin(tx, "mfa", user_id):
            return Tried(right=False, blocked_until=blocked)
        known = Synchrony(app.drift, app.last_step)
        found = mfa.accept(seeds.open(app, ring), code, known, world.clock.wall())
        if found is None:
            return Tried(right=False)
        authenticators.synchronise(tx, app, drift=found.drift, last_step=found.last)
        attempts.forget(tx, "mfa", user_id)
        return Tried(right=True)
