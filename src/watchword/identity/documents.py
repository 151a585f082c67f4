"""The size quota for all inline policies of a user, group or role together.

All other rules for policies belong to the policy engine.
Source: IAM User Guide, "IAM and AWS STS quotas": the sum of all inline policies of an entity, without white
space. Documents are stored and returned as they were written. Only trust and bucket policies are rewritten
(`policy_principals`).
"""

from collections.abc import Iterable

from watchword.identity.quotas import QUOTAS
from watchword.identity.refusals import refusal
from watchword.names import nouns
from watchword.policy.checking.validate import DocumentKind, validate

_KINDS = {
    nouns.USER: DocumentKind.USER_INLINE,
    nouns.GROUP: DocumentKind.GROUP_INLINE,
    nouns.ROLE: DocumentKind.ROLE_INLINE,
}
_WHITE_SPACE = str.maketrans("", "", " \t\n\r")


def size(document: str) -> int:
    """Its characters, without white space."""
    return len(document.translate(_WHITE_SPACE))


def check_inline(document: str, others: Iterable[str], noun: str, name: str, partition: str) -> None:
    """Raises LimitExceeded or MalformedPolicyDocument; `others` are the owner's other inline policies."""
    limit = QUOTAS[f"{noun.capitalize()}PolicySize"]
    if sum(map(size, (document, *others))) > limit:
        raise refusal("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {noun} {name}")
    validate(document, _KINDS[noun], partition=partition)
