"""The token that a delegation request is traded in for credentials with. Nothing of it is stored.

    key     HKDF-SHA256(root key, info PURPOSE)
    token   base64url of 48 bytes: 16 id of the request (a UUID), 32 of HMAC-SHA256
    HMAC    of key, requestor || 0 || the 16 bytes before

It is good for the account that asked, and only while the request says so: who holds it needs credentials of
that account too.
Sources: AWS STS API Reference, GetDelegatedAccessToken; RFC 2104 (HMAC), RFC 5869 (HKDF), RFC 4648
(base64url).
"""

import base64
import binascii
import hmac
from itertools import pairwise

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"watchword trade-in token 1"
_KEY_BYTES = 32
_ID, _TOKEN = 16, 48
_GROUPS = (0, 4, 6, 8, 10, 16)
"""Where the groups of a UUID begin and end, in bytes."""


def issue(request_id: str, requestor: str, root: bytes) -> str:
    """The token of that request, for the account that asked. root: the installation's root key."""
    told = bytes.fromhex(request_id.replace("-", ""))
    return base64.urlsafe_b64encode(told + _code(root, requestor, told)).decode("ascii")


def read(token: str, account: str, root: bytes) -> str | None:
    """The id of the request; None unless the token was issued for that account."""
    try:
        told = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(told) != _TOKEN or not hmac.compare_digest(told[_ID:], _code(root, account, told[:_ID])):
        return None
    return "-".join(told[start:end].hex() for start, end in pairwise(_GROUPS))


def _code(root: bytes, requestor: str, told: bytes) -> bytes:
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE).derive(root)
    return hmac.digest(key, f"{requestor}\0".encode() + told, "sha256")
