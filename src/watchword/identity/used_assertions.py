"""An assertion of a SAML provider is good for one session, of STS or of an identity pool.

Its use commits with the record of the call. A call that is refused doesn't use it up. It is remembered until
it has expired.
Source: SAML 2.0 profiles, section 4.1.4.5 (one use of a bearer assertion).
"""

from datetime import UTC, datetime
from hashlib import sha256

from watchword.identity.saml_profile import REDEEMED_WITHIN, SKEW, refused
from watchword.store import Conflict, Transaction, used_signatures

USED = "The assertion was used before"


def use(tx: Transaction, provider: str, assertion_id: str, issued: float, now: datetime) -> None:
    """Uses it up. Raises InvalidIdentityToken when it was used."""
    identity = sha256(f"saml\n{provider}\n{assertion_id}".encode()).digest()
    until = datetime.fromtimestamp(issued + REDEEMED_WITHIN + SKEW + 1, UTC)
    try:
        used_signatures.insert(tx, identity, until, now)
    except Conflict:
        raise refused(USED, f"assertion {assertion_id[:200]!r} was used before") from None
