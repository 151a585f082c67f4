"""A role's trust policy: as people write it and as it is stored (`watchword.identity.policy_principals`)."""

from watchword.identity import policy_principals
from watchword.identity.refusals import refusal
from watchword.policy import Policy
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.store import Transaction


def stored(tx: Transaction, document: str) -> str:
    """The form of a trust policy that is stored. Raises MalformedPolicyDocument."""
    try:
        return str(policy_principals.bind(tx, validate(document, DocumentKind.TRUST)))
    except policy_principals.UnknownPrincipal as unknown:
        said = f'Invalid principal in policy: "AWS":"{unknown.name}"'
        raise refusal("MalformedPolicyDocument", said) from None


def shown(tx: Transaction, text: str) -> str:
    """The form of a stored trust policy that people read."""
    return str(policy_principals.unbind(tx, Policy.parse(text)))
