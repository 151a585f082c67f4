"""Registrations of public OAuth clients: the client keeps its own, signed. This server stores none.

Anybody may register a client. A registration that was stored would be a row that a stranger can make, as
often as they like.

    id      base64url(registration) "." base64url(HMAC-SHA256(key, "id " registration))
    secret  base64url(HMAC-SHA256(key, "secret " id))
    key     HKDF-SHA256(root key, info PURPOSE)

The id travels in URLs and tells what was registered, which is no secret. Only who got the answer to the
registration has the secret. What a registration says, and how long it is good, is the caller's.
Source: RFC 7591, section 5 (a client identifier can hold what was registered); RFC 5869 (HKDF).
"""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.proofs import base64url

PURPOSE = b"watchword client registration 1"
LONGEST_ID = 2048
_KEY_BYTES = 32


def issue(registration: bytes, root: bytes) -> tuple[str, str]:
    """The id and the secret of a client. root: the installation's root key."""
    parts = (registration, _code(b"id " + registration, root))
    client_id = b".".join(map(base64url.encode, parts)).decode()
    return client_id, secret_of(client_id, root)


def read(client_id: str, root: bytes) -> bytes | None:
    """The registration in the id of a client; None for an id that isn't of this server."""
    if len(client_id) > LONGEST_ID:
        return None
    try:
        text, _, code = client_id.encode("ascii").partition(b".")
        registration, shown = base64url.decode(text), base64url.decode(code)
    except ValueError:  # also of what isn't ASCII
        return None
    return registration if hmac.compare_digest(shown, _code(b"id " + registration, root)) else None


def secret_of(client_id: str, root: bytes) -> str:
    """The secret of the client with that id."""
    return base64url.encode(_code(b"secret " + client_id.encode(), root)).decode()


def is_secret(client_id: str, secret: str, root: bytes) -> bool:
    """Whether it is the secret of the client with that id."""
    return hmac.compare_digest(secret_of(client_id, root).encode(), secret.encode(errors="surrogatepass"))


def _code(message: bytes, root: bytes) -> bytes:
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE).derive(root)
    return hmac.digest(key, message, "sha256")
