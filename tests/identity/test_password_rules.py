"""Which passwords are good enough, and how long."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from watchword.identity.password_rules import check_text, expiry
from watchword.names import AwsError
from watchword.store.accounts import Account
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.password_policies import PasswordPolicy

NOW = datetime(2026, 3, 14, tzinfo=UTC)
ACCOUNT = Account("111111111111", "Mainframe1", NOW)
NONE = PasswordPolicy(
    ACCOUNT.id,
    minimum_length=6,
    symbols=False,
    numbers=False,
    uppercase=False,
    lowercase=False,
    users_may_change=False,
    hard_expiry=False,
)
STRICT = structs.replace(NONE, minimum_length=10, symbols=True, numbers=True, uppercase=True, lowercase=True)
UPPER, LOWER, NUMBER, SYMBOL = (
    f"Password should have at least one {kind}"
    for kind in ("uppercase letter", "lowercase letter", "number", "symbol")
)
SHORT = "Password should have a minimum length of"
MORE = "Password should meet {} more of the following requirements:"

BROKEN = [
    (None, "Sh0rt!", f"{SHORT} 8"),
    (None, "onlysmall", f"{MORE.format(2)} {UPPER}, {NUMBER}, {SYMBOL}"),
    (None, "withdigit1", f"{MORE.format(1)} {UPPER}, {SYMBOL}"),
    (None, "Mainframe1", "Password should not be identical to the account name"),
    (None, "", f"{SHORT} 8, {MORE.format(3)} {UPPER}, {LOWER}, {NUMBER}, {SYMBOL}"),
    (NONE, "small", f"{SHORT} 6"),
    (STRICT, "lowercase", f"{SHORT} 10, {UPPER}, {NUMBER}, {SYMBOL}"),
    (STRICT, "UPPERCASE1!", LOWER),
    (STRICT, "Nosymbol12?", SYMBOL),
    (STRICT, "No-digits-\u00b2\u0663", NUMBER),
]
"""The account's rules, a password, and what is said of it."""


@pytest.mark.parametrize(("policy", "password", "said"), BROKEN)
def test_every_broken_rule_is_told(policy: PasswordPolicy | None, password: str, said: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_text(password, policy, ACCOUNT)
    assert (refused.value.code, refused.value.status) == ("PasswordPolicyViolation", 400)
    assert refused.value.said == said


@pytest.mark.parametrize(
    ("policy", "password"),
    [(None, "Fine1234"), (None, "fine-1234"), (NONE, "simple"), (STRICT, "Correct1horse|")],
)
def test_a_good_one_is_taken(policy: PasswordPolicy | None, password: str) -> None:
    check_text(password, policy, ACCOUNT)


def test_a_password_has_a_last_day_where_the_rules_say_so() -> None:
    profile = LoginProfile("AIDA1", "$hash", NOW - timedelta(days=400), NOW)
    assert expiry(profile, None) is None
    assert expiry(profile, NONE) is None
    assert expiry(profile, structs.replace(NONE, max_age=90)) == NOW + timedelta(days=90)
