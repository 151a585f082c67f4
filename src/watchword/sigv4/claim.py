"""What a request claims about who signed it, before anything has been checked against a secret.

`watchword.sigv4.read` makes a Claim of a request, `watchword.sigv4.verify` confirms or refuses it.
"""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from watchword.sigv4.scope import Scope

ALGORITHM = "AWS4-HMAC-SHA256"
ALGORITHM_V4A = "AWS4-ECDSA-P256-SHA256"
ALGORITHMS = frozenset({ALGORITHM, ALGORITHM_V4A})


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A signature and what it is said to cover."""

    algorithm: str
    access_key_id: str
    scope: Scope
    signed_headers: str
    """Their names as SignedHeaders has them: in order, with semicolons between."""
    signature: str
    token: str | None
    date: str
    """The time of signing, as it is written in the string to sign."""
    timestamp: datetime
    """The same as a value, in UTC."""
    payload_hash: str
    """What x-amz-content-sha256 says; empty when it is absent and the body's own hash is signed."""
    expires: int | None = None
    """A presigned query's seconds; None for the Authorization header."""
    region_set: tuple[str, ...] = ()
    """SigV4a: patterns of the regions where the signature is good."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client signs with."""

    access_key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
