"""Which passwords are good enough, and how long they are good.

1. An account's own rules (UpdateAccountPasswordPolicy) replace AWS's default rules, whole.
2. AWS's default rules: eight characters, three of the four kinds of characters, not the account's name.
3. Rules for the text hold for new passwords only. The rule for the age holds for all, at once.
4. A rule against reuse counts the current password: with 1, only that one can't be set again.

All rules that a text breaks are told. The sentences are AWS's.
Source: IAM User Guide, "Set an account password policy for IAM users"; IAM API Reference,
UpdateAccountPasswordPolicy; IAM's answers, as users of boto3 and CloudFormation report them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from watchword.identity.refusals import refusal
from watchword.names import AwsError
from watchword.store.accounts import Account
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.password_policies import PasswordPolicy

DEFAULT_LENGTH = 8
DEFAULT_KINDS = 3

_KINDS: Mapping[str, frozenset[str]] = {
    "uppercase letter": frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowercase letter": frozenset("abcdefghijklmnopqrstuvwxyz"),
    "number": frozenset("0123456789"),
    "symbol": frozenset("!@#$%^&*()_+-=[]{}|'"),
}
"""What AWS calls a kind of characters -> the characters."""


def check_text(password: str, policy: PasswordPolicy | None, account: Account) -> None:
    """Raises PasswordPolicyViolation for a new password that breaks a rule."""
    broken = list(_own_rules(password, policy) if policy else _default_rules(password, account))
    if broken:
        raise violation(", ".join(broken))


def reused() -> AwsError:
    """The user had that password before."""
    return violation("Policy constraint violation with password reuse prevention during password change.")


def violation(said: str) -> AwsError:
    """A new password that breaks a rule."""
    return refusal("PasswordPolicyViolation", said)


def expiry(profile: LoginProfile, policy: PasswordPolicy | None) -> datetime | None:
    """When the user must set another password, None for never."""
    return profile.changed + timedelta(days=policy.max_age) if policy and policy.max_age else None


def _own_rules(password: str, policy: PasswordPolicy) -> Iterator[str]:
    yield from _length(password, policy.minimum_length)
    needed = {
        "uppercase letter": policy.uppercase,
        "lowercase letter": policy.lowercase,
        "number": policy.numbers,
        "symbol": policy.symbols,
    }
    yield from (_lacks(kind) for kind in _missing(password) if needed[kind])


def _default_rules(password: str, account: Account) -> Iterator[str]:
    yield from _length(password, DEFAULT_LENGTH)
    missing = _missing(password)
    more = DEFAULT_KINDS - (len(_KINDS) - len(missing))
    if more > 0:
        lacking = ", ".join(map(_lacks, missing))
        yield f"Password should meet {more} more of the following requirements: {lacking}"
    if password == account.name:
        yield "Password should not be identical to the account name"


def _length(password: str, least: int) -> Iterator[str]:
    if len(password) < least:
        yield f"Password should have a minimum length of {least}"


def _missing(password: str) -> list[str]:
    return [kind for kind, characters in _KINDS.items() if characters.isdisjoint(password)]


def _lacks(kind: str) -> str:
    return f"Password should have at least one {kind}"
