"""Encoded authorization messages: why a request was refused, for those alone who may read it.

Sealed under the keyring for one account, so that nobody else's DecodeAuthorizationMessage opens it. Every
message is equally long: its length would tell a caller how much there is to say, and so whether a role or
a policy exists. What a message says belongs to `watchword.access.authorization_message`.

    payload    length of what follows (2), compressed text, zeros up to ROOM
"""

import base64
import zlib
from collections.abc import Iterable

from watchword.proofs.keyring import OVERHEAD, Keyring, Unopenable

PURPOSE = b"watchword authorization message 1 "
LENGTH = 2048
"""Characters. Proxies give all headers of an answer 4 KiB, by default."""
ROOM = LENGTH * 3 // 4 - OVERHEAD
_PREFIX = 2


def seal(texts: Iterable[bytes], account: str, keyring: Keyring) -> str:
    """The first of the texts that fits, sealed; empty when none does."""
    for text in texts:
        packed = zlib.compress(text, 1)
        if len(packed) <= ROOM - _PREFIX:
            payload = (len(packed).to_bytes(_PREFIX) + packed).ljust(ROOM, b"\0")
            return base64.b64encode(keyring.seal(payload, PURPOSE + account.encode())).decode("ascii")
    return ""


def open(message: str, account: str, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The text; raises Unopenable for whatever we did not seal for that account."""
    try:
        envelope = base64.b64decode(message, validate=True)
    except ValueError:
        raise Unopenable from None
    payload = keyring.open(envelope, PURPOSE + account.encode())
    length = int.from_bytes(payload[:_PREFIX])
    return zlib.decompress(payload[_PREFIX : _PREFIX + length])
