"""The signing key: derived from the secret for one day, region and service.

Deriving it takes four HMACs, so it is cached for the client's next request.
Source: IAM User Guide, "Create a signed AWS API request", step 4.
"""

import hmac
from functools import lru_cache
from typing import NamedTuple

from watchword.names.keyed_hash import Start, mac, start
from watchword.sigv4.scope import TERMINATOR

_REMEMBERED = 2048


class SigningKey(NamedTuple):
    """A key, and what its HMACs start from."""

    key: bytes
    start: Start


# The arguments are the parts of a Scope, because they are faster to hash than the Scope.
@lru_cache(_REMEMBERED)
def signing_key(secret: str, date: str, region: str, service: str) -> SigningKey:
    """The key for one secret and scope."""
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return SigningKey(key, start(key))


def sign_text(key: SigningKey, text: str) -> str:
    """The signature of a string to sign: its HMAC-SHA256 in lower-case hex."""
    return mac(key.start, text.encode("latin-1")).hex()
