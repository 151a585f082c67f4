"""Whether a bucket policy makes the bucket public (GetBucketPolicyStatus).

An Allow statement is public if its principal is everybody, unless a condition restricts it to fixed values
of a key in TYING_KEYS: who calls, or from where. A value is fixed if it has no wildcard and no policy
variable. A range of addresses is fixed if it isn't wider than _WIDEST.
Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
"""

from ipaddress import ip_network

from watchword.policy import Policy
from watchword.policy.language.grammar import Condition, Effect, Statement

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


def is_public(policy: Policy) -> bool:
    """Whether any statement is public."""
    return any(map(_public, policy.statements))


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
    fixed = _narrow if key == "aws:sourceip" else _literal
    return all(map(fixed, condition.values))


def _literal(value: str) -> bool:
    return not set(value) & set("*?$")


def _narrow(value: str) -> bool:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]
