"""The account's rules for passwords: replaced whole, shown, removed; and who may read them."""

import pytest
from tests.services.iam.harness import A, Iam, refused

from watchword.names import AwsError
from watchword.names.principal import RoleSession, User

DEFAULTS = {
    "MinimumPasswordLength": 6,
    "RequireSymbols": False,
    "RequireNumbers": False,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "AllowUsersToChangePassword": False,
    "ExpirePasswords": False,
    "HardExpiry": False,
}
ALL = {
    "MinimumPasswordLength": 14,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
    "HardExpiry": True,
}
NONE = f"The Password Policy with domain name {A} cannot be found."


def test_an_update_replaces_all_rules(iam: Iam) -> None:
    assert iam("UpdateAccountPasswordPolicy", **ALL) == {}
    assert iam("GetAccountPasswordPolicy") == {"PasswordPolicy": ALL | {"ExpirePasswords": True}}
    iam("UpdateAccountPasswordPolicy")
    assert iam("GetAccountPasswordPolicy") == {"PasswordPolicy": DEFAULTS}


def test_it_is_removed(iam: Iam, other: Iam) -> None:
    other("UpdateAccountPasswordPolicy", **ALL)
    refused("NoSuchEntity", NONE, iam, "GetAccountPasswordPolicy")
    refused("NoSuchEntity", NONE, iam, "DeleteAccountPasswordPolicy")
    iam("UpdateAccountPasswordPolicy", **ALL)
    assert iam("DeleteAccountPasswordPolicy") == {}
    refused("NoSuchEntity", NONE, iam, "GetAccountPasswordPolicy")
    assert other("GetAccountPasswordPolicy")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_users_who_may_change_their_passwords_may_read_the_rules(iam: Iam) -> None:
    made = iam("CreateUser", UserName="ann")["User"]
    ann, role = iam.by(User(A, "ann", made["UserId"])), iam.by(RoleSession(A, "r", "AROA1", "s"))
    for allowed in (False, True):
        iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=allowed)
        with pytest.raises(AwsError, match="AccessDenied"):
            role("GetAccountPasswordPolicy")
        if allowed:
            assert ann("GetAccountPasswordPolicy")
            continue
        with pytest.raises(AwsError, match="AccessDenied"):
            ann("GetAccountPasswordPolicy")
