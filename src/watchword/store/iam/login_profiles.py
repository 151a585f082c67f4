"""Passwords of users, hashed, and the hashes of those that they had before. No decision depends on them."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Table, bindparam, select

from watchword.store.iam.users import USERS
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

LOGIN_PROFILES = Table(
    "login_profiles",
    METADATA,
    Column("user_id", CodepointText, ForeignKey("users.id"), primary_key=True),
    Column("hash", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("changed", Timestamp, nullable=False),
    Column("reset_required", Boolean, nullable=False),
)
OLD_PASSWORDS = Table(
    "old_passwords",
    METADATA,
    Column("user_id", CodepointText, ForeignKey("login_profiles.user_id"), primary_key=True),
    Column("hash", CodepointText, primary_key=True),
    Column("changed", Timestamp, nullable=False),
)

KEPT = 24
"""Old hashes of a user: the most that a password policy can ask for (passwordReusePreventionType)."""


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """A user's password; `changed` is when it was set, `created` when the user first got one."""

    user_id: str
    hash: str = field(repr=False)
    created: datetime
    changed: datetime
    reset_required: bool = False


@dataclass(frozen=True, slots=True)
class OldPassword:
    """The hash of a password that the user had; `changed` is when it was set."""

    hash: str = field(repr=False)
    changed: datetime


_ALL = select(*columns(LOGIN_PROFILES, LoginProfile))
_OF = _ALL.where(LOGIN_PROFILES.c.user_id == bindparam("user_id"))
_OF_ACCOUNT = _ALL.join(USERS, USERS.c.id == LOGIN_PROFILES.c.user_id).where(
    USERS.c.account == bindparam("account")
)
_OLD = (
    select(*columns(OLD_PASSWORDS, OldPassword))
    .where(OLD_PASSWORDS.c.user_id == bindparam("user_id"))
    .order_by(OLD_PASSWORDS.c.changed.desc(), OLD_PASSWORDS.c.hash)
)


def insert(tx: Transaction, profile: LoginProfile) -> None:
    """Raises Conflict when the user has a password."""
    tx.run(LOGIN_PROFILES.insert(), asdict(profile))


def of(tx: Transaction, user_id: str) -> LoginProfile | None:
    """The user's password, None when there is none."""
    return tx.one(LoginProfile, _OF, user_id=user_id)


def of_account(tx: Transaction, account: str) -> list[LoginProfile]:
    """Those of all users of an account."""
    return tx.all(LoginProfile, _OF_ACCOUNT, account=account)


def old(tx: Transaction, user_id: str) -> list[OldPassword]:
    """The passwords that the user had before, newest first."""
    return tx.all(OldPassword, _OLD, user_id=user_id)


def set_password(tx: Transaction, profile: LoginProfile, new_hash: str, *, reset_required: bool) -> None:
    """Sets another password, and keeps the hash of the one before."""
    forgotten = [each.hash for each in old(tx, profile.user_id)[KEPT - 1 :]]
    _forget(tx, profile.user_id, [*forgotten, profile.hash])
    row = {"user_id": profile.user_id, "hash": profile.hash, "changed": profile.changed}
    tx.run(OLD_PASSWORDS.insert(), row)
    _update(tx, profile, hash=new_hash, changed=tx.at, reset_required=reset_required)


def set_reset_required(tx: Transaction, profile: LoginProfile, *, required: bool) -> None:
    """Sets whether the user must set a new password at the next sign-in."""
    _update(tx, profile, reset_required=required)


def remove(tx: Transaction, profile: LoginProfile) -> None:
    """Removes the password and those before it."""
    tx.run(OLD_PASSWORDS.delete().where(OLD_PASSWORDS.c.user_id == profile.user_id))
    tx.run(LOGIN_PROFILES.delete().where(LOGIN_PROFILES.c.user_id == profile.user_id))


def _forget(tx: Transaction, user_id: str, hashes: list[str]) -> None:
    tx.run(OLD_PASSWORDS.delete().where(OLD_PASSWORDS.c.user_id == user_id, OLD_PASSWORDS.c.hash.in_(hashes)))


def _update(tx: Transaction, profile: LoginProfile, **values: object) -> None:
    tx.run(LOGIN_PROFILES.update().where(LOGIN_PROFILES.c.user_id == profile.user_id), values)
