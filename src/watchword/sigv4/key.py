"""The signing key: derived from the secret for one day, region and service.

Deriving it takes four HMACs, so it is cached for the client's next request. The two hash states that each
HMAC starts from are cached with it, as RFC 2104, section 4 suggests.
Source: IAM User Guide, "Create a signed AWS API request", step 4.
"""

import hashlib
import hmac
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from watchword.sigv4.scope import TERMINATOR

_REMEMBERED = 2048
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class SigningKey(NamedTuple):
    """A key and the hash states that HMAC-SHA256 starts from (RFC 2104, section 2). Copy before updating."""

    key: bytes
    inner: "hashlib._Hash"
    outer: "hashlib._Hash"


# The arguments are the parts of a Scope, because they are faster to hash than the Scope.
@lru_cache(_REMEMBERED)
def signing_key(secret: str, date: str, region: str, service: str) -> SigningKey:
    """The key for one secret and scope."""
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    block = key.ljust(_BLOCK, b"\0")
    return SigningKey(key, sha256(block.translate(_INNER)), sha256(block.translate(_OUTER)))


def sign_text(key: SigningKey, text: str) -> str:
    """The signature of a string to sign: its HMAC-SHA256 in lower-case hex."""
    inner, outer = key.inner.copy(), key.outer.copy()
    inner.update(text.encode("latin-1"))
    outer.update(inner.digest())
    return outer.hexdigest()
