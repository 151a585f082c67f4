"""Session tokens: opaque to clients, opened by every node that has the keyring.

The payload is sealed (AEAD; key id in the envelope, purpose as associated data). Without a key of the ring,
nobody can read, change or make a token, or compute the session's secret from it. A long payload, which has
policies in it, is compressed first.
Source: docs/decisions/0005 (see `keyring` for the cipher).
What doesn't belong here: the content of a payload (watchword.sessions).
"""

import zlib
from binascii import a2b_base64, b2a_base64

from watchword.names import fault
from watchword.proofs.keyring import Keyring, Unopenable

PURPOSE = b"watchword session token 1"
PLAIN, PACKED = b"\x00", b"\x01"
WORTH_PACKING = 512
"""Bytes from which a payload is compressed."""
MAX_TOKEN = 16_384
"""Characters. Only tokens that we sealed are decompressed, so a bomb can't come from outside."""


def seal(payload: bytes, keyring: Keyring) -> str:
    """The token for `payload`, in base64."""
    packed = PLAIN + payload if len(payload) < WORTH_PACKING else PACKED + zlib.compress(payload, 1)
    return _text(keyring.seal(packed, PURPOSE))


def open(token: str, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The payload of a token. Raises the fault InvalidSessionToken unless we sealed it."""
    if len(token) > MAX_TOKEN:
        raise fault("InvalidSessionToken", meant="token too long")
    try:
        sealed = _bytes(token)
        packed = keyring.open(sealed, PURPOSE)
        return packed[1:] if packed.startswith(PLAIN) else zlib.decompress(packed[1:])
    except (ValueError, Unopenable, zlib.error) as unreadable:
        raise fault("InvalidSessionToken", meant=f"token: {type(unreadable).__name__}") from None


def _text(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).decode()


def _bytes(token: str) -> bytes:
    """The inverse of `_text`. Raises ValueError, also for bits left over in the last character."""
    sealed = a2b_base64(token, strict_mode=True)
    if _text(sealed) != token:
        raise ValueError("another text for the same token")
    return sealed
