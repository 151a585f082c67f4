"""The account's own rules for passwords. `identity.password_rules` says what they mean.

UpdateAccountPasswordPolicy replaces all of them: what isn't given gets its default, not its former value.
Source: IAM API Reference, UpdateAccountPasswordPolicy, PasswordPolicy.
"""

from watchword.identity.refusals import missing_password_policy
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import password_policies
from watchword.store.iam.password_policies import PasswordPolicy

SHORTEST = 6
"""MinimumPasswordLength where it isn't given."""


def get_account_password_policy(call: Call) -> Output:
    """GetAccountPasswordPolicy. AWS's default rules aren't told."""
    policy = password_policies.of(call.tx, call.account)
    if policy is None:
        raise missing_password_policy(call.account)
    shown = {
        "MinimumPasswordLength": policy.minimum_length,
        "RequireSymbols": policy.symbols,
        "RequireNumbers": policy.numbers,
        "RequireUppercaseCharacters": policy.uppercase,
        "RequireLowercaseCharacters": policy.lowercase,
        "AllowUsersToChangePassword": policy.users_may_change,
        "ExpirePasswords": policy.max_age is not None,
        "MaxPasswordAge": policy.max_age,
        "PasswordReusePrevention": policy.reuse_prevention,
        "HardExpiry": policy.hard_expiry,
    }
    return {"PasswordPolicy": {member: value for member, value in shown.items() if value is not None}}


def update_account_password_policy(call: Call) -> Output:
    """UpdateAccountPasswordPolicy."""
    given = call.input
    policy = PasswordPolicy(
        account=call.account,
        minimum_length=given.get("MinimumPasswordLength", SHORTEST),
        symbols=given.get("RequireSymbols", False),
        numbers=given.get("RequireNumbers", False),
        uppercase=given.get("RequireUppercaseCharacters", False),
        lowercase=given.get("RequireLowercaseCharacters", False),
        users_may_change=given.get("AllowUsersToChangePassword", False),
        hard_expiry=given.get("HardExpiry", False),
        max_age=given.get("MaxPasswordAge"),
        reuse_prevention=given.get("PasswordReusePrevention"),
    )
    password_policies.put(call.tx, policy)
    return {}


def delete_account_password_policy(call: Call) -> Output:
    """DeleteAccountPasswordPolicy: AWS's default rules hold again."""
    if not password_policies.remove(call.tx, call.account):
        raise missing_password_policy(call.account)
    return {}


OPERATIONS: dict[str, Operation] = {
    "GetAccountPasswordPolicy": reads(get_account_password_policy, demands.on_password_policy),
    "UpdateAccountPasswordPolicy": writes(update_account_password_policy, demands.on_account),
    "DeleteAccountPasswordPolicy": writes(delete_account_password_policy, demands.on_account),
}
