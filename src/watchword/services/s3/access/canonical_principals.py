"""Principals of a bucket policy that are named by canonical id, as the accounts that they are.

An account has one canonical id, which is the same forever, so the policy is kept and shown with its number.
Source: IAM User Guide, "AWS JSON policy elements: Principal", "AWS account principals".
"""

from msgspec import structs

from watchword.policy import Policy
from watchword.policy.language.grammar import Principals, Statement
from watchword.services.operation import Call
from watchword.services.s3.access.grants import account_of
from watchword.services.s3.errors import s3_error

_CANONICAL, _ACCOUNT = "CanonicalUser", "AWS"


def by_account(call: Call, policy: Policy) -> Policy:
    """The policy without canonical ids. Raises MalformedPolicy for one that no account has."""
    statements = tuple(_statement(call, each) for each in policy.statements)
    return Policy(statements, policy.version, policy.id)


def _statement(call: Call, statement: Statement) -> Statement:
    principal = statement.principal
    if principal is None or not principal.named(_CANONICAL):
        return statement
    accounts = tuple(_account(call, each) for each in principal.named(_CANONICAL))
    kept = {kind: names for kind, names in principal.entries if kind != _CANONICAL}
    kept[_ACCOUNT] = tuple(dict.fromkeys((*kept.get(_ACCOUNT, ()), *accounts)))
    named = Principals(tuple(kept.items()), principal.everyone, principal.negated)
    return structs.replace(statement, principal=named)


def _account(call: Call, canonical_id: str) -> str:
    found = account_of(call, canonical_id)
    if found is None:
        detail = f'"{_CANONICAL}" : "{canonical_id}"'
        raise s3_error("MalformedPolicy", "Invalid principal in policy", Detail=detail)
    return found
