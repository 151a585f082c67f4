"""The session tokens of version 2: a random number and an end, under a key of this process.

None is stored, so a flood of requests for tokens fills no memory and evicts no other token. A token holds for
the instance that it was made for. It ends with this process; then SDKs ask for another (401).
"""

import base64
import hmac
import struct
from collections.abc import Callable

from watchword.names.ids import Randomness

LONGEST = 21600
"""Seconds. Source: Amazon EC2 User Guide, "How Instance Metadata Service Version 2 works"."""
_KEY_BYTES = 32
_RANDOM_BYTES = 17
_END = struct.Struct(">d")
_MAC_BYTES = 32
_CHARACTERS = (_END.size + _RANDOM_BYTES + _MAC_BYTES) // 3 * 4
"""Of the text of a token. There is no padding: each token has one text."""


class SessionTokens:
    """Issues tokens and knows them again. `now`: seconds, of a clock that is never set."""

    def __init__(self, random: Randomness, now: Callable[[], float]) -> None:
        self._random, self._now = random, now
        self._key = random(_KEY_BYTES)

    def issue(self, instance: str, seconds: int) -> str:
        stated = _END.pack(self._now() + seconds) + self._random(_RANDOM_BYTES)
        return base64.urlsafe_b64encode(stated + self._mac(instance, stated)).decode()

    def holds(self, instance: str, token: str) -> bool:
        """Whether it is a token of this instance that hasn't ended."""
        if len(token) != _CHARACTERS:
            return False
        try:
            whole = base64.b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            return False
        stated, mac = whole[:-_MAC_BYTES], whole[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(instance, stated)):
            return False
        (end,) = _END.unpack_from(stated)
        return bool(self._now() < end)

    def _mac(self, instance: str, stated: bytes) -> bytes:
        return hmac.digest(self._key, stated + instance.encode(), "sha256")
