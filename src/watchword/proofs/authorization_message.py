"""Encoded authorization messages: why a request was refused, readable only with permission.

A message is sealed (encrypted) for one account: DecodeAuthorizationMessage opens it in no other. All messages
have the same length. Otherwise the length would show how much there is to explain, and so whether a role or a
policy exists.

    payload    length of the compressed text (2 bytes), compressed text, zeros up to ROOM

Source: AWS STS API Reference, DecodeAuthorizationMessage; docs/decisions/0009.
What doesn't belong here: the content (watchword.access.authorization_message).
"""

import base64
import zlib
from collections.abc import Iterable

from watchword.proofs.keyring import OVERHEAD, Keyring, Unopenable

PURPOSE = b"watchword authorization message 1 "
LENGTH = 2048
"""Characters. By default, proxies accept 4 KiB for all headers of an answer."""
ROOM = LENGTH * 3 // 4 - OVERHEAD  # base64 has four characters for three bytes
_PREFIX = 2


def seal(texts: Iterable[bytes], account: str, keyring: Keyring) -> str:
    """The first text that fits when compressed, sealed, in base64; empty if none fits."""
    for text in texts:
        packed = zlib.compress(text, 1)
        if len(packed) <= ROOM - _PREFIX:
            payload = (len(packed).to_bytes(_PREFIX) + packed).ljust(ROOM, b"\0")
            return base64.b64encode(keyring.seal(payload, PURPOSE + account.encode())).decode("ascii")
    return ""


def open(message: str, account: str, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The text of a message. Raises Unopenable unless we sealed it for that account."""
    try:
        envelope = base64.b64decode(message, validate=True)
    except ValueError:
        raise Unopenable from None
    payload = keyring.open(envelope, PURPOSE + account.encode())
    length = int.from_bytes(payload[:_PREFIX])
    return zlib.decompress(payload[_PREFIX : _PREFIX + length])
