"""Inline policies of one user, group or role share a quota; all other rules are the policy engine's.

Source: IAM User Guide, "IAM and AWS STS quotas": the sum of all inline policies of an entity, white space
not counted. Documents are stored and answered as they were written; only trust and bucket
policies are written again (`grantees`).
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
    """Its characters, white space not counted."""
    return len(document.translate(_WHITE_SPACE))


def check_inline(document: str, beside: Iterable[str], noun: str, name: str) -> None:
    """Raises LimitExceeded or MalformedPolicyDocument; `beside` are the owner's other inline policies."""
    limit = QUOTAS[f"{noun.capitalize()}PolicySize"]
    if sum(map(size, (document, *beside))) > limit:
        raise refusal("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {noun} {name}")
    validate(document, _KINDS[noun])
