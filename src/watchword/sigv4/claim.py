"""The claim of a request: who signed it and what was signed, before a secret has proved anything.

`watchword.sigv4.read` makes a Claim of a request, `watchword.sigv4.verify` verifies it.
Source: IAM User Guide, "Elements of an AWS API request signature".
"""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from watchword.sigv4.scope import Scope

ALGORITHM = "AWS4-HMAC-SHA256"
ALGORITHM_V4A = "AWS4-ECDSA-P256-SHA256"
ALGORITHMS = frozenset({ALGORITHM, ALGORITHM_V4A})


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A signature and what it claims to cover."""

    algorithm: str
    access_key_id: str
    scope: Scope
    signed_headers: str
    """As in SignedHeaders: sorted lower-case names, separated by semicolons."""
    signature: str
    token: str | None
    date: str
    """The time of signing, as it is in the string to sign."""
    timestamp: datetime
    """The time of signing, in UTC."""
    payload_hash: str
    """The value of x-amz-content-sha256; empty if it is absent and the hash of the body is signed."""
    expires: int | None = None
    """Seconds that a presigned URL is valid; None for the Authorization header."""
    region_set: tuple[str, ...] = ()
    """SigV4a: patterns of the regions where the signature is valid."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client signs with."""

    access_key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
