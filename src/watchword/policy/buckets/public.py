"""What "public" means, and the statement by which a public bucket is restricted to its own account.

An Allow statement is public if its principal is everybody, unless a condition restricts it to fixed values
of a key in TYING_KEYS: who calls, or from where. A value is fixed if it has no wildcard and no policy
variable. A range of addresses is fixed if it isn't wider than _WIDEST. Of an access point, only the account
must be fixed.

Four settings block public access, each on its own. Those of a bucket and those of its account add up.
Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage": "Block public access
settings" and "The meaning of public".
"""

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_network
from typing import Final

from watchword.policy.evaluation.document import Policy
from watchword.policy.language.grammar import Condition, Effect, Patterns, Principals, Statement

BLOCK_ACLS: Final = "BlockPublicAcls"
"""Public ACLs are refused when they are put."""
IGNORE_ACLS: Final = "IgnorePublicAcls"
"""Public grants of ACLs grant nothing."""
BLOCK_POLICY: Final = "BlockPublicPolicy"
"""Public policies are refused when they are put."""
RESTRICT: Final = "RestrictPublicBuckets"
"""A bucket with a public policy is for callers of its own account and for services only."""
SETTINGS: Final = (BLOCK_ACLS, IGNORE_ACLS, BLOCK_POLICY, RESTRICT)

TYING_KEYS = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
}
_TYING_OPERATORS = {
    "arnequals",
    "arnlike",
    "ipaddress",
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
}
_WIDEST = {4: 8, 6: 32}
"""IP version -> the shortest prefix that still ties."""
_ACCESS_POINT = re.compile(r"arn:[a-z-]+:s3:[^:*?$]*:[0-9]{12}:accesspoint/[^$]*", re.ASCII)


def settings_on(given: Mapping[str, bool]) -> tuple[str, ...]:
    """A PublicAccessBlockConfiguration, as the settings that are on."""
    return tuple(name for name in SETTINGS if given.get(name))


def configuration(on: Collection[str]) -> dict[str, bool]:
    """The same the other way round."""
    return {name: name in on for name in SETTINGS}


def is_public(policy: Policy) -> bool:
    """Whether any statement is public."""
    return any(map(_public, policy.statements))


def to_owner(account: str) -> Statement:
    """RESTRICT, as the statement that it adds to the policy of the bucket."""
    return Statement(
        Effect.DENY,
        Patterns(("s3:*",)),
        Patterns(("*",)),
        Principals(everyone=True),
        (
            Condition("StringNotEquals", "aws:PrincipalAccount", (account,)),
            Condition("BoolIfExists", "aws:PrincipalIsAWSService", ("false",)),
        ),
        RESTRICT,
    )


def _public(statement: Statement) -> bool:
    principal = statement.principal
    if statement.effect is Effect.DENY or principal is None:
        return False
    everybody = principal.everyone or principal.negated or "*" in principal.named("AWS")
    return everybody and not any(map(_ties, statement.conditions))


def _ties(condition: Condition) -> bool:
    key, operator = condition.key.lower(), condition.operator.lower()
    if key not in TYING_KEYS or operator not in _TYING_OPERATORS:
        return False
    return all(map(_FIXED.get(key, _literal), condition.values))


def _literal(value: str) -> bool:
    return not set(value) & set("*?$")


def _narrow(value: str) -> bool:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]


def _of_account(value: str) -> bool:
    return _ACCESS_POINT.fullmatch(value) is not None


_FIXED = {"aws:sourceip": _narrow, "s3:dataaccesspointarn": _of_account}
"""Key -> whether a value of it is fixed, where that isn't to be literal."""
