"""Session tokens: opaque to whoever carries them, opened by any node that has the keyring.

The payload is compressed and sealed (AEAD, key id in the envelope, purpose bound as associated data), so
a token can't be read, altered or made without a key, and nothing in it lets its holder compute the
secret. What a payload says belongs to `watchword.sessions`.
"""

import base64
import binascii
import zlib

from watchword.names import fault
from watchword.proofs.keyring import Keyring, Unopenable

PURPOSE = b"watchword session token 1"
MAX_TOKEN = 16_384
"""Characters; also bounds what is decompressed from a token that we sealed ourselves."""


def seal(payload: bytes, keyring: Keyring) -> str:
    """The token text for `payload`."""
    return base64.b64encode(keyring.seal(zlib.compress(payload, 1), PURPOSE)).decode("ascii")


def open(token: str, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The payload; raises the fault InvalidSessionToken for whatever we did not seal."""
    if len(token) > MAX_TOKEN:
        raise fault("InvalidSessionToken", meant="token too long")
    try:
        return zlib.decompress(keyring.open(base64.b64decode(token, validate=True), PURPOSE))
    except (ValueError, binascii.Error, Unopenable, zlib.error) as unreadable:
        raise fault("InvalidSessionToken", meant=f"token: {type(unreadable).__name__}") from None
