"""Credentials for the pods of a node: each shows the token of its service account (EKS Pod Identity).

The agent calls AssumeRoleForPodIdentity, signed with the node's own session; the server says which role the
pod gets.

1. A token has the form of a JWT and says when it ends. Whether it is genuine, the server decides. A token
   that has ended gets nothing, whatever is held for it.
2. What a token got is held for MOST tokens; the one that was shown least recently goes first (LRU). A token
   that got nothing isn't held, so wrong tokens push no pod out.
3. Nothing is renewed that no pod asks for: by then the pod may be gone. An SDK asks early enough.
4. For each address the server is asked at most MOST_ASKED times in a minute about tokens that get nothing:
   each is recorded there, in the name of the node. A pod has an address of its own, so it only blocks itself.
5. Tokens are found by their HMAC under a key of this process: timing tells nothing of them.

Sources: Amazon EKS Auth API Reference, AssumeRoleForPodIdentity; RFC 7519, section 4.1.4.
"""

import binascii
import hmac
import re
import secrets
import threading
from base64 import urlsafe_b64decode
from collections import Counter, OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from watchword.delivery.supply import Issued, Supply
from watchword.names.network import network

MOST = 4096
MOST_ASKED = 20
LONGEST_TOKEN = 1 << 14
_FORM = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]+", re.ASCII)

Exchange = Callable[[str], Issued]
"""The token of a pod -> credentials. Raises NotIssued."""


class _Claims(msgspec.Struct):
    exp: float


class TooManyError(Exception):
    """An address showed too many tokens that get nothing."""


class PodTokens:
    """What the tokens of pods get. For any thread."""

    def __init__(
        self, exchange: Exchange, now: Callable[[], datetime], *, alive: Callable[[Issued], None]
    ) -> None:
        """`alive` raises Refused for credentials that the server doesn't accept."""
        self._exchange, self._now, self._alive = exchange, now, alive
        self._key = secrets.token_bytes(32)
        self._held: OrderedDict[bytes, Supply] = OrderedDict()
        self._lock = threading.Lock()
        self._minute, self._asked = 0, Counter[str]()
        """Of this minute: for how many tokens of each address the server was asked, and gave nothing yet."""

    def supply_of(self, token: str, peer: str) -> Supply | None:
        """What this token gets; None for a text that is no token of a pod, or one that has ended (1).

        Raises TooManyError (4). `peer`: the address that shows it.
        """
        ends = _end_of(token)
        if ends is None or ends <= self._now():
            return None
        digest = hmac.digest(self._key, token.encode(), "sha256")
        with self._lock:
            held = self._held.get(digest)
            if held:
                self._held.move_to_end(digest)
                return held
            if self._asked_for(network(peer)) >= MOST_ASKED:
                raise TooManyError
        return self._new(token, digest, network(peer))

    def _asked_for(self, address: str) -> int:
        if (minute := int(self._now().timestamp()) // 60) != self._minute:
            self._minute = minute
            self._asked.clear()
        return self._asked[address]

    def _new(self, token: str, digest: bytes, address: str) -> Supply:
        def issue() -> Issued:
            with self._lock:
                self._asked[address] += 1
            issued = self._exchange(token)
            self._hold(digest, supply)
            with self._lock:
                self._asked[address] -= 1
            return issued

        supply = Supply(issue, self._now, alive=self._alive)
        return supply

    def _hold(self, digest: bytes, supply: Supply) -> None:
        """Rule 2."""
        with self._lock:
            self._held.setdefault(digest, supply)  # another thread may have been faster
            while len(self._held) > MOST:
                self._held.popitem(last=False)


def _end_of(token: str) -> datetime | None:
    found = _FORM.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if found is None:
        return None
    try:
        claims = msgspec.json.decode(urlsafe_b64decode(f"{found[1]}=="), type=_Claims)
        return datetime.fromtimestamp(claims.exp, UTC)
    except (ValueError, OverflowError, OSError, binascii.Error):
        return None
