"""Login profiles: the passwords of users.

A password is hashed before the transaction begins (`prepare`), since that takes a tenth of a second. If
another call sets the password in between, the later one is refused: its checks were made against another
password.
The root user has no password here, and no operation of IAM gives it one.

ChangePassword, in the order of its checks:
1. the caller must be a user, and have a password;
2. the old password must be right, and the user not blocked after wrong ones (`access.passwords`);
3. the new one must be another one, and keep the account's rules.

Source: IAM API Reference, CreateLoginProfile, UpdateLoginProfile, ChangePassword; IAM's answers, as users of
boto3 and terraform report them.
"""

from dataclasses import dataclass, field

from watchword.access import passwords
from watchword.identity.password_rules import check_text, reused
from watchword.identity.refusals import (
    changing_login_profile,
    locked_login_profile,
    missing_login_profile,
    taken_login_profile,
    user_name_needed,
    value_needed,
)
from watchword.names import fault
from watchword.names.principal import User as UserPrincipal
from watchword.proofs.password import SALT_BYTES, hash_password, is_one_of, salt_of
from watchword.services.iam import demands, shapes
from watchword.services.iam.entity_types import USER
from watchword.services.iam.shapes import Shape
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import accounts
from watchword.store.iam import login_profiles, password_policies
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.users import User


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A new password that keeps the rules; `replaces` is the hash of the one that it was held against."""

    hash: str = field(repr=False)
    replaces: str | None = field(repr=False)


def create_login_profile(call: Call) -> Output:
    """CreateLoginProfile."""
    user, new = _user(call), _needed(call.prepared)
    if login_profiles.of(call.tx, user.id):
        raise taken_login_profile(user.name)
    profile = LoginProfile(
        user.id, new.hash, call.now, call.now, call.input.get("PasswordResetRequired", False)
    )
    login_profiles.insert(call.tx, profile)
    passwords.forget_attempts(call.tx, user.id)
    return {"LoginProfile": _shape(user, profile)}


def get_login_profile(call: Call) -> Output:
    """GetLoginProfile."""
    user = _user(call)
    return {"LoginProfile": _shape(user, _profile(call, user))}


def update_login_profile(call: Call) -> Output:
    """UpdateLoginProfile: sets the password, whether another one must be set at the next sign-in, or both."""
    user = _user(call)
    profile = _profile(call, user)
    must_change = call.input.get("PasswordResetRequired", profile.reset_required)
    if call.prepared is None:
        login_profiles.set_reset_required(call.tx, profile, required=must_change)
    else:
        _set(call, user, profile, must_change=must_change)
    return {}


def delete_login_profile(call: Call) -> Output:
    """DeleteLoginProfile."""
    user = _user(call)
    login_profiles.remove(call.tx, _profile(call, user))
    passwords.forget_attempts(call.tx, user.id)
    return {}


def change_password(call: Call) -> Output:
    """ChangePassword."""
    user = _user(call)
    _set(call, user, _profile(call, user), must_change=False)
    return {}


def new_password(call: Call) -> NewPassword | None:
    """The password in the input; None without one, or without a user, which the operation tells."""
    password, user_id = call.input.get("Password"), _user_id(call)
    return _hashed(call, user_id, password) if password and user_id else None


def changed_password(call: Call) -> NewPassword:
    """The new password of ChangePassword, once the old one is proved: checks 2 and 3."""
    user, old, new = call.caller.principal, call.input["OldPassword"], call.input["NewPassword"]
    assert isinstance(user, UserPrincipal), "the demands ask for one"
    with call.world.database.read() as tx:
        profile = login_profiles.of(tx, user.unique_id)
    if profile is None:
        raise missing_login_profile(user.name)
    tried = passwords.try_password(call.world, user.unique_id, profile, old, call.now)
    if tried.blocked_until is not None:
        raise locked_login_profile(user.name, tried.blocked_until)
    if not tried.right:
        raise fault("AccessDenied", "The old password was incorrect.")
    if new == old:
        raise reused()
    return _hashed(call, user.unique_id, new)


def _hashed(call: Call, user_id: str, password: str) -> NewPassword:
    world = call.world
    with world.database.read() as tx:
        account, policy = accounts.by_id(tx, call.account), password_policies.of(tx, call.account)
        profile = login_profiles.of(tx, user_id)
        had = [profile.hash, *(each.hash for each in login_profiles.old(tx, user_id))] if profile else []
    assert account is not None
    check_text(password, policy, account)
    salt = salt_of(profile.hash) if profile else world.randomness(SALT_BYTES)
    barred = had[: policy.reuse_prevention or 0] if policy else []
    with world.hashing:
        if barred and is_one_of(password, barred):
            raise reused()
        return NewPassword(hash_password(password, salt), profile.hash if profile else None)


def _set(call: Call, user: User, profile: LoginProfile, *, must_change: bool) -> None:
    new = _needed(call.prepared)
    if profile.hash != new.replaces:
        raise changing_login_profile(user.name)
    login_profiles.set_password(call.tx, profile, new.hash, reset_required=must_change)
    passwords.forget_attempts(call.tx, user.id)


def _user_id(call: Call) -> str:
    """Of the user named, or else of the caller; empty where there is no such user."""
    if "UserName" in call.input:
        known: User | None = call.resolved[USER.noun, call.input["UserName"]]
        return known.id if known else ""
    principal = call.caller.principal
    return principal.unique_id if isinstance(principal, UserPrincipal) else ""


def _user(call: Call) -> User:
    user = user_or_root(call)
    if user is None:
        raise user_name_needed()
    return user


def _profile(call: Call, user: User) -> LoginProfile:
    profile = login_profiles.of(call.tx, user.id)
    if profile is None:
        raise missing_login_profile(user.name)
    return profile


def _needed(new: NewPassword | None) -> NewPassword:
    if new is None:
        raise value_needed("password")
    return new


def _shape(user: User, profile: LoginProfile) -> Shape:
    return {
        "UserName": user.name,
        "CreateDate": shapes.second(profile.created),
        "PasswordResetRequired": profile.reset_required,
    }


OPERATIONS: dict[str, Operation] = {
    "CreateLoginProfile": writes(create_login_profile, demands.on_user_or_caller, prepare=new_password),
    "GetLoginProfile": reads(get_login_profile, demands.on_user_or_caller),
    "UpdateLoginProfile": writes(update_login_profile, demands.on(USER), prepare=new_password),
    "DeleteLoginProfile": writes(delete_login_profile, demands.on_user_or_caller),
    "ChangePassword": writes(change_password, demands.on_own_password, prepare=changed_password),
}
