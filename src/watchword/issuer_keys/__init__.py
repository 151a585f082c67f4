"""Floor 5: the public keys of token issuers, fetched and cached."""

from watchword.issuer_keys.issuer import Issuer
from watchword.issuer_keys.keys import IssuerKeys, UnreachableError

__all__ = ["Issuer", "IssuerKeys", "UnreachableError"]
