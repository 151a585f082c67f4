"""The credential report of an account: one line for its root user, and one for each user.

1. The columns are those of AWS's reports, in their order. The guide lists one more, for the credentials of
   users that have more than two keys or certificates, which the quotas don't allow.
2. Lines end with a line feed, the last one without. Values are `true`, `false`, a moment in UTC with its
   offset, or one of the words below.
3. A value with a comma or a quote is quoted (RFC 4180): names of users can have commas.
4. A name is written as it is, for programs that look it up, although a spreadsheet takes one that begins with
   `=`, `+`, `-` or `@` for a formula (CSV injection). Names have no parenthesis, quote, bar, exclamation mark
   or space. So such a formula calls nothing and fetches nothing; at most the cell shows another value than
   the ARN beside it.

Source: IAM User Guide, "Generate credential reports for your AWS account"; reports of AWS, as users show
them; OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from watchword.identity.password_rules import expiry
from watchword.names.moment import iso
from watchword.names.principal import Root
from watchword.store.accounts import Account
from watchword.store.iam.access_keys import ACTIVE, AccessKey
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.password_policies import PasswordPolicy
from watchword.store.iam.signing_certificates import SigningCertificate
from watchword.store.iam.users import User

_OF_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_OF_CERTIFICATE = ("active", "last_rotated")
COLUMNS = (
    *("user", "arn", "user_creation_time"),
    *("password_enabled", "password_last_used", "password_last_changed", "password_next_rotation"),
    "mfa_active",
    *(f"access_key_{number}_{word}" for number in (1, 2) for word in _OF_KEY),
    *(f"cert_{number}_{word}" for number in (1, 2) for word in _OF_CERTIFICATE),
)
ROOT = "<root_account>"
NOTHING = "N/A"
NEVER_USED = "no_information"
NOT_FOR_ROOT = "not_supported"
SLOTS = 2
"""Keys, and certificates, that a line has room for."""
WITHOUT_REGION = frozenset({"s3"})
"""Services that the guide calls not Region-specific."""


class Held(NamedTuple):
    """The credentials of a user, or of the root user; the oldest first."""

    keys: Sequence[AccessKey] = ()
    certificates: Sequence[SigningCertificate] = ()
    password: LoginProfile | None = None
    multi_factor: bool = False


def written(
    account: Account, root: Held, users: Iterable[tuple[User, Held]], policy: PasswordPolicy | None
) -> str:
    """The report. policy: the account's own rules for passwords."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    arn = Root(account.id, account.partition).arn
    no_password = (_truth(value=False), NOTHING, NOTHING, NOT_FOR_ROOT)
    lines.writerow((ROOT, arn, _moment(account.created), *no_password, *_besides(root)))
    for user, held in users:
        password = _password(user, held.password, policy)
        lines.writerow((user.name, user.arn, _moment(user.created), *password, *_besides(held)))
    return text.getvalue().removesuffix("\n")


def _password(user: User, profile: LoginProfile | None, policy: PasswordPolicy | None) -> tuple[str, ...]:
    if profile is None:
        return _truth(value=False), NOTHING, NOTHING, NOTHING
    used = _moment(user.password_last_used) if user.password_last_used else NEVER_USED
    return _truth(value=True), used, _moment(profile.changed), _moment(expiry(profile, policy))


def _besides(held: Held) -> tuple[str, ...]:
    """The columns after those of the password."""
    keys: list[AccessKey | None] = [*held.keys[:SLOTS], *[None] * SLOTS][:SLOTS]
    certificates: list[SigningCertificate | None] = [*held.certificates[:SLOTS], *[None] * SLOTS][:SLOTS]
    return (
        _truth(value=held.multi_factor),
        *(value for key in keys for value in _key(key)),
        *(value for each in certificates for value in _certificate(each)),
    )


def _key(key: AccessKey | None) -> tuple[str, ...]:
    if key is None:
        return _truth(value=False), NOTHING, NOTHING, NOTHING, NOTHING
    region = NOTHING if key.last_used_service in WITHOUT_REGION else key.last_used_region or NOTHING
    service = key.last_used_service or NOTHING
    return _truth(value=key.active), _moment(key.created), _moment(key.last_used), region, service


def _certificate(certificate: SigningCertificate | None) -> tuple[str, ...]:
    if certificate is None:
        return _truth(value=False), NOTHING
    return _truth(value=certificate.status == ACTIVE), _moment(certificate.created)


def _truth(*, value: bool) -> str:
    return "true" if value else "false"


def _moment(moment: datetime | None) -> str:
    return iso(moment).replace("Z", "+00:00") if moment else NOTHING
