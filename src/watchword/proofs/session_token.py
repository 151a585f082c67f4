"""Session tokens: opaque to whoever carries them, opened by any node that has the keyring.

The payload is sealed (AEAD, key id in the envelope, purpose bound as associated data), so a token can't be
read, altered or made without a key, and nothing in it lets its holder compute the secret. A long payload,
one that carries policies, is compressed before. What a payload says belongs to `watchword.sessions`.
"""

import base64
import binascii
import zlib

from watchword.names import fault
from watchword.proofs.keyring import Keyring, Unopenable

PURPOSE = b"watchword session token 1"
PLAIN, PACKED = b"\x00", b"\x01"
WORTH_PACKING = 512
"""Bytes."""
MAX_TOKEN = 16_384
"""Characters; also bounds what is decompressed from a token that we sealed ourselves."""


def seal(payload: bytes, keyring: Keyring) -> str:
    """The token text for `payload`."""
    packed = PLAIN + payload if len(payload) < WORTH_PACKING else PACKED + zlib.compress(payload, 1)
    return base64.b64encode(keyring.seal(packed, PURPOSE)).decode("ascii")


def open(token: str, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The payload; raises the fault InvalidSessionToken for whatever we did not seal."""
    if len(token) > MAX_TOKEN:
        raise fault("InvalidSessionToken", meant="token too long")
    try:
        packed = keyring.open(base64.b64decode(token, validate=True), PURPOSE)
        return packed[1:] if packed.startswith(PLAIN) else zlib.decompress(packed[1:])
    except (ValueError, binascii.Error, Unopenable, zlib.error) as unreadable:
        raise fault("InvalidSessionToken", meant=f"token: {type(unreadable).__name__}") from None
