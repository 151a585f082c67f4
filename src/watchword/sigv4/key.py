"""The signing key: the secret, narrowed to one day, region and service.

Source: IAM User Guide, "Create a signed AWS API request", step 4. Derived keys are remembered, because
deriving one costs four HMACs and a client's next request needs the same one.
"""

import hmac
from functools import lru_cache

from watchword.sigv4.scope import TERMINATOR

_REMEMBERED = 2048


# The arguments are the scope's parts and not the scope, because hashing them is cheaper.
@lru_cache(_REMEMBERED)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key for one secret and scope."""
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return key


def sign_text(key: bytes, text: str) -> str:
    """The signature of a string to sign, in lower-case hex."""
    # hmac.new, because hmac.digest looks its algorithm up again at every call.
    return hmac.new(key, text.encode("latin-1"), "sha256").hexdigest()
