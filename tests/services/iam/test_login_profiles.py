"""Passwords of users: set, changed, refused; by whom, and after how many wrong ones."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.services.iam.harness import A, Iam, refused

from watchword.identity.attempts import FIRST, FREE
from watchword.names import AwsError
from watchword.names.moment import iso
from watchword.names.principal import RoleSession, Root, User
from watchword.proofs.password import hash_password
from watchword.store.iam import failed_attempts, login_profiles
from watchword.store.iam.login_profiles import KEPT, LoginProfile
from watchword.world import HASHING

GOOD, OTHER, THIRD = "Correct1horse!", "Another1horse!", "Athird1horse!"
WRONG = "The old password was incorrect."
REUSED = "Policy constraint violation with password reuse prevention during password change."
NO_PROFILE = "Login Profile for User ann cannot be found."
BOTH = {"OldPassword": GOOD, "NewPassword": OTHER}


@pytest.fixture
def ann(iam: Iam) -> Iam:
    """IAM as a user with a password calls it, who may do everything."""
    ann, _ = iam.ruler("ann")
    iam("CreateLoginProfile", UserName="ann", Password=GOOD)
    return ann


def denied(code: str, said: str, iam: Iam, given: dict[str, object]) -> None:
    with pytest.raises(AwsError) as caught:
        iam("ChangePassword", **given)
    assert (caught.value.code, caught.value.said) == (code, said)


def stored(iam: Iam) -> LoginProfile:
    with iam.world.database.read() as tx:
        found = login_profiles.of(tx, iam("GetUser", UserName="ann")["User"]["UserId"])
    assert found
    return found


def test_a_password_is_set_and_removed(iam: Iam, now: datetime) -> None:
    iam("CreateUser", UserName="ann")
    given = {"UserName": "ann", "Password": GOOD, "PasswordResetRequired": True}
    shown = {"UserName": "ann", "CreateDate": now, "PasswordResetRequired": True}
    assert iam("CreateLoginProfile", **given) == {"LoginProfile": shown}
    assert iam("GetLoginProfile", UserName="Ann") == {"LoginProfile": shown}
    said = "Login Profile for user ann already exists."
    refused("EntityAlreadyExists", said, iam, "CreateLoginProfile", **given)
    refused("DeleteConflict", "Cannot delete entity, must delete login profile first.", iam, "DeleteUser",
            UserName="ann")  # fmt: skip
    assert iam("DeleteLoginProfile", UserName="ann") == {}
    refused("NoSuchEntity", NO_PROFILE, iam, "GetLoginProfile", UserName="ann")
    refused("NoSuchEntity", NO_PROFILE, iam, "DeleteLoginProfile", UserName="ann")
    refused("NoSuchEntity", NO_PROFILE, iam, "UpdateLoginProfile", UserName="ann", Password=GOOD)
    iam("DeleteUser", UserName="ann")


def test_only_a_hash_is_kept_and_never_told(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    iam("CreateLoginProfile", UserName="ann", Password=GOOD)
    profile = stored(iam)
    assert profile.hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert profile.hash not in repr(profile)


def test_a_password_is_needed(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    said = (
        "1 validation error detected: Value at 'password' failed to satisfy constraint: "
        "Member must not be null"
    )
    refused("ValidationError", said, iam, "CreateLoginProfile", UserName="ann")
    refused("NoSuchEntity", "The user with name bob cannot be found.", iam, "CreateLoginProfile",
            UserName="bob")  # fmt: skip
    refused("NoSuchEntity", "The user with name bob cannot be found.", iam, "CreateLoginProfile",
            UserName="bob", Password=GOOD)  # fmt: skip


@pytest.mark.parametrize("name", ["CreateLoginProfile", "GetLoginProfile", "DeleteLoginProfile"])
def test_without_a_name_it_is_the_callers_own(iam: Iam, ann: Iam, name: str) -> None:
    given = {"Password": GOOD} if name == "CreateLoginProfile" else {}
    if given:
        iam("DeleteLoginProfile", UserName="ann")
    ann(name, **given)
    said = "Must specify userName when calling with non-User credentials"
    refused("ValidationError", said, iam, name, **given)
    refused("ValidationError", said, iam.by(RoleSession(A, "r", "AROA1", "s")), name, **given)


def test_an_update_sets_the_password_or_whether_it_must_change(iam: Iam, ann: Iam, now: datetime) -> None:
    before = stored(iam)
    iam("UpdateLoginProfile", UserName="ann", PasswordResetRequired=True)
    assert stored(iam) == replace(before, reset_required=True)
    later = replace(iam, now=now + timedelta(days=3))
    later("UpdateLoginProfile", UserName="ann", Password=OTHER)
    after = stored(iam)
    assert (after.created, after.changed, after.reset_required) == (now, later.now, True)
    assert after.hash != before.hash
    assert iam("GetLoginProfile", UserName="ann")["LoginProfile"]["CreateDate"] == now
    ann("ChangePassword", OldPassword=OTHER, NewPassword=THIRD)
    assert not stored(iam).reset_required


def test_a_new_password_keeps_the_accounts_rules(iam: Iam, ann: Iam) -> None:
    iam("UpdateAccountPasswordPolicy", MinimumPasswordLength=20)
    said = "Password should have a minimum length of 20"
    refused("PasswordPolicyViolation", said, ann, "ChangePassword", **BOTH)
    refused("PasswordPolicyViolation", said, iam, "UpdateLoginProfile", UserName="ann", Password=OTHER)
    iam("DeleteLoginProfile", UserName="ann")
    refused("PasswordPolicyViolation", said, iam, "CreateLoginProfile", UserName="ann", Password=OTHER)


def test_earlier_passwords_are_barred_as_far_back_as_the_rules_say(iam: Iam, ann: Iam, now: datetime) -> None:
    iam("UpdateAccountPasswordPolicy", PasswordReusePrevention=2)
    change = "ChangePassword"
    ann = replace(ann, now=now + timedelta(minutes=1))
    ann(change, **BOTH)
    for barred in (GOOD, OTHER):
        refused("PasswordPolicyViolation", REUSED, ann, change, OldPassword=OTHER, NewPassword=barred)
        refused("PasswordPolicyViolation", REUSED, iam, "UpdateLoginProfile", UserName="ann", Password=barred)
    ann(change, OldPassword=OTHER, NewPassword=THIRD)
    ann(change, OldPassword=THIRD, NewPassword=GOOD)


def test_the_same_password_is_no_change_whatever_the_rules(ann: Iam) -> None:
    given = {"OldPassword": GOOD, "NewPassword": GOOD}
    refused("PasswordPolicyViolation", REUSED, ann, "ChangePassword", **given)


def test_no_more_earlier_hashes_are_kept_than_can_be_asked_for(iam: Iam, now: datetime) -> None:
    iam("CreateUser", UserName="ann")
    user = iam("GetUser", UserName="ann")["User"]["UserId"]
    with iam.world.database.write(now) as tx:
        login_profiles.insert(tx, LoginProfile(user, "0", now, now))
    for number in range(1, KEPT + 5):
        profile = stored(iam)
        with iam.world.database.write(now + timedelta(days=number)) as tx:
            login_profiles.set_password(tx, profile, str(number), reset_required=False)
            had = [each.hash for each in login_profiles.old(tx, user)]
    assert had == [str(number) for number in range(KEPT + 3, 3, -1)]
    with iam.world.database.write(now) as tx:
        login_profiles.remove(tx, stored(iam))
        assert login_profiles.old(tx, user) == []


# --- the caller's own -----------------------------------------------------------------------------------


def test_only_users_change_their_own_passwords(iam: Iam) -> None:
    for caller in (Root(A), RoleSession(A, "r", "AROA1", "s")):
        said = "Only IAM Users can change their own password"
        refused("InvalidUserType", said, iam.by(caller), "ChangePassword", **BOTH)


def test_there_must_be_one_to_change(iam: Iam) -> None:
    ann, _ = iam.ruler("ann")
    refused("NoSuchEntity", NO_PROFILE, ann, "ChangePassword", **BOTH)


def test_after_wrong_passwords_not_even_the_right_one_is_looked_at(iam: Iam, ann: Iam, now: datetime) -> None:
    wrong = {"OldPassword": THIRD, "NewPassword": OTHER}
    for _ in range(FREE):
        denied("AccessDenied", WRONG, ann, wrong)
    until = now + FIRST
    locked = (
        f"Login Profile for User ann is locked until {iso(until)}, because too many wrong passwords were "
        "given."
    )
    refused("EntityTemporarilyUnmodifiable", locked, ann, "ChangePassword", **BOTH)
    refused("EntityTemporarilyUnmodifiable", locked, ann, "ChangePassword", **wrong)
    replace(ann, now=until)("ChangePassword", **BOTH)
    with iam.world.database.read() as tx:
        assert failed_attempts.of(tx, "password", stored(iam).user_id) is None


def _set_again(iam: Iam) -> None:
    iam("UpdateLoginProfile", UserName="ann", Password=GOOD)


def _replaced(iam: Iam) -> None:
    iam("DeleteLoginProfile", UserName="ann")
    iam("CreateLoginProfile", UserName="ann", Password=GOOD)


@pytest.mark.parametrize("unblock", [_set_again, _replaced])
def test_an_administrator_ends_a_block(iam: Iam, ann: Iam, unblock: Callable[[Iam], None]) -> None:
    for _ in range(FREE):
        denied("AccessDenied", WRONG, ann, {"OldPassword": THIRD, "NewPassword": OTHER})
    unblock(iam)
    ann("ChangePassword", **BOTH)


def test_a_guess_is_counted_even_if_the_new_password_is_refused(ann: Iam) -> None:
    for _ in range(FREE):
        denied("AccessDenied", WRONG, ann, {"OldPassword": THIRD, "NewPassword": "short"})
    with pytest.raises(AwsError, match="is locked until"):
        ann("ChangePassword", **BOTH)


def test_a_password_that_was_set_meanwhile_stays(iam: Iam, ann: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two changes at the same time the later one is refused: it proved another password."""

    elsewhere = Iam(replace(iam.world, hashing=HASHING()), iam.caller, iam.now)  # by another process

    def meanwhile(password: str, salt: bytes) -> str:
        monkeypatch.undo()
        elsewhere("UpdateLoginProfile", UserName="ann", Password=THIRD)
        return hash_password(password, salt)

    monkeypatch.setattr("watchword.services.iam.credentials.login_profiles.hash_password", meanwhile)
    said = "Login Profile for User ann cannot be modified while login profile is being updated."
    refused("EntityTemporarilyUnmodifiable", said, ann, "ChangePassword", **BOTH)
    ann("ChangePassword", OldPassword=THIRD, NewPassword=OTHER)


# --- who may --------------------------------------------------------------------------------------------


def powerless(iam: Iam, name: str = "ann", **more: str) -> Iam:
    """A user with a password and without policies."""
    made = iam("CreateUser", UserName=name, **more)["User"]
    iam("CreateLoginProfile", UserName=name, Password=GOOD)
    return iam.by(User(A, name, made["UserId"]))


def test_the_account_may_let_its_users_change_their_own_passwords(iam: Iam) -> None:
    ann = powerless(iam)
    with pytest.raises(AwsError, match="not authorized to perform: iam:ChangePassword"):
        ann("ChangePassword", **BOTH)
    iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    ann("ChangePassword", **BOTH)
    iam("DeleteAccountPasswordPolicy")
    with pytest.raises(AwsError, match="not authorized to perform: iam:ChangePassword"):
        ann("ChangePassword", OldPassword=OTHER, NewPassword=THIRD)


def test_that_lets_them_do_nothing_else(iam: Iam) -> None:
    ann = powerless(iam)
    powerless(iam, "bob")
    iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    for name in ("UpdateLoginProfile", "DeleteLoginProfile", "GetLoginProfile"):
        for user in ("ann", "bob"):
            with pytest.raises(AwsError, match=f"not authorized to perform: iam:{name}"):
                ann(name, UserName=user)


def test_a_policy_can_still_deny_it(iam: Iam) -> None:
    ann = powerless(iam)
    iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    never = {"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": never})
    iam("PutUserPolicy", UserName="ann", PolicyName="never", PolicyDocument=document)
    with pytest.raises(AwsError, match="with an explicit deny"):
        ann("ChangePassword", **BOTH)
