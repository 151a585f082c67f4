"""A role's trust policy, between what people write and what is stored (`watchword.identity.grantees`)."""

from watchword.identity import grantees
from watchword.identity.refusals import refusal
from watchword.policy import Policy
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.store import Transaction


def stored(tx: Transaction, document: str) -> str:
    """A trust policy as it is stored. Raises MalformedPolicyDocument."""
    try:
        return str(grantees.bind(tx, validate(document, DocumentKind.TRUST)))
    except grantees.Unknown as unknown:
        said = f'Invalid principal in policy: "AWS":"{unknown.name}"'
        raise refusal("MalformedPolicyDocument", said) from None


def shown(tx: Transaction, text: str) -> str:
    """A stored trust policy as people read it."""
    return str(grantees.unbind(tx, Policy.parse(text)))
