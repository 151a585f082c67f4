"""Whether a password is a user's: asked by ChangePassword, and by a sign-in page.

1. Every attempt is counted before it is checked. One on a blocked user isn't looked at
   (`identity.attempts`).
2. An unknown user, a user without a password, a blocked user and a wrong password are the same work: a user
   is looked for, an attempt is counted, a password is hashed. A sign-in page must answer the same to all
   four. So neither an answer nor its timing shows which users exist.
3. After its last day a password is still known to be right. But nobody signs in with it: the user sets
   another one first, or an administrator does, where the account's rules say so (HardExpiry).

Source: IAM User Guide, "Set an account password policy for IAM users", "Understand the credential report
format" (password_last_used: the first use in five minutes).
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from watchword.identity import attempts
from watchword.identity.password_rules import expiry
from watchword.proofs.password import DUMMY, is_one_of
from watchword.store import Transaction
from watchword.store.iam import login_profiles, password_policies, users
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.password_policies import PasswordPolicy
from watchword.store.iam.users import User
from watchword.world import World

SPAN = timedelta(minutes=5)


class Outcome(Enum):
    """What a password gives at sign-in."""

    RIGHT = "right"
    MUST_CHANGE = "right, but another one must be set first"
    EXPIRED = "right, but expired: an administrator must set another one"
    WRONG = "wrong"


class SignIn(NamedTuple):
    """The outcome of an attempt to sign in; `user`, and when the password was set, unless it is WRONG."""

    outcome: Outcome
    user: User | None = None
    password_set: datetime | None = None
    meant: str = ""
    """Why it is WRONG, for the operator alone."""


class Hashed(Protocol):
    """A password that somebody has."""

    @property
    def hash(self) -> str: ...


class Tried(NamedTuple):
    """An attempt: whether the password was right; and when the block ends, if it wasn't looked at."""

    right: bool
    blocked_until: datetime | None


def sign_in(world: World, account: str, name: str, password: str, now: datetime) -> SignIn:
    """Whether the password is that of the account's user of that name. Raises the fault Throttling.

    account: its id; empty for one that doesn't exist.
    """
    with world.database.read() as tx:
        user = users.named(tx, account, name)
        profile = login_profiles.of(tx, user.id if user else "")
        policy = password_policies.of(tx, account)
    tried = try_password(world, user.id if user else account, profile, password, now)
    if user is None or profile is None or not tried.right:
        return SignIn(Outcome.WRONG, meant=_why(user, profile, tried))
    with world.database.write(now, shared=True) as tx:
        users.note_sign_in(tx, user.id, now, SPAN)
    return SignIn(state(profile, policy, now), user, profile.changed)


def state(profile: LoginProfile, policy: PasswordPolicy | None, now: datetime) -> Outcome:
    """What a right password gives now (3.)."""
    ends = expiry(profile, policy)
    if ends is not None and ends <= now:
        hard = policy is not None and policy.hard_expiry
        return Outcome.EXPIRED if hard else Outcome.MUST_CHANGE
    return Outcome.MUST_CHANGE if profile.reset_required else Outcome.RIGHT


def try_password(world: World, subject: str, profile: Hashed | None, password: str, now: datetime) -> Tried:
    """Counts an attempt and checks it. subject: the user's id, or the account's for an unknown user."""
    with world.hashing:
        with world.database.write(now) as tx:
            blocked = attempts.begin(tx, "password", subject)
        same = is_one_of(password, [profile.hash if profile else DUMMY])
    right = same and profile is not None and blocked is None
    if right:
        with world.database.write(now) as tx:
            attempts.forget(tx, "password", subject)
    return Tried(right, blocked)


def forget_attempts(tx: Transaction, user_id: str) -> None:
    """Ends a block: the password was set or removed by somebody who may do so."""
    attempts.forget(tx, "password", user_id)


def _why(user: User | None, profile: LoginProfile | None, tried: Tried) -> str:
    if user is None:
        return "there is no such user"
    if profile is None:
        return "the user has no password"
    return f"blocked until {tried.blocked_until}" if tried.blocked_until else "wrong password"
