"""The ID token of `aws login`: a JSON Web Token that says who signed in. Only clients read it.

Clients look at `sub`, an ARN, and verify nothing: they had the token from us. It is signed all the same, with
a key of this server's own (HMAC-SHA256), so that nobody else can make one of ours.

    key     HKDF-SHA256(root key, info PURPOSE)

Source: AWS Sign-In API Reference, CreateOAuth2Token; RFC 7519; RFC 5869 (HKDF).
"""

import hmac
import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.proofs import base64url

PURPOSE = b"watchword sign-in token 1"
_KEY_BYTES = 32
_HEADER = {"alg": "HS256", "typ": "JWT"}


def issue(claims: Mapping[str, str | int], root: bytes) -> str:
    """The token. root: the installation's root key."""
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE).derive(root)
    parts = (base64url.encode(json.dumps(part).encode()) for part in (_HEADER, claims))
    signed = b".".join(parts)
    return b".".join((signed, base64url.encode(hmac.digest(key, signed, "sha256")))).decode()
