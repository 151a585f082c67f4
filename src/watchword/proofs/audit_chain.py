"""The chain of an audit file: each line is authenticated (HMAC) together with all lines before it.

    line       an event as JSON; its last member is "chain": {"line": place from 1, "mac": 64 hex digits}
    mac        HMAC-SHA256(key, the mac before it || the line up to the digits of its own mac)
    first      comes after SHA-256(name of the file), in place of a mac
    key        HKDF-SHA256(root key, info PURPOSE)

Without the key no line can be made, changed, moved, taken out or brought to a file of another name. What the
chain can't show by itself is that lines are missing at its end: compare it with a `Head` that was taken
earlier and kept elsewhere.
Sources: RFC 2104 (HMAC), RFC 5869 (HKDF).
What doesn't belong here: files, and what is in an event.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from watchword.names import keyed_hash

PURPOSE = b"watchword audit journal 1"
KEY_BYTES = 32
_MAC_DIGITS = 64
_TAIL = b'"}}'
_END = _TAIL + b"\n"
_LINE = re.compile(rb'\{.*"chain":\{"line":([1-9][0-9]{0,17}),"mac":"([0-9a-f]{64})"\}\}', re.DOTALL)
_encode = msgspec.json.Encoder().encode

Event = Mapping[str, Any] | msgspec.Struct
"""A JSON object."""


def audit_key(root: bytes) -> bytes:
    """The key of all chains of an installation. root: its root key."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(root)


class Head(Struct, frozen=True):
    """How far a file is written: its lines, and the mac of the last of them."""

    lines: int
    mac: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as far as it is written."""

    key: keyed_hash.Start = field(repr=False)
    mac: bytes
    lines: int = 0

    @classmethod
    def begin(cls, key: bytes, name: str) -> Self:
        """The chain of a file that has no line yet."""
        return cls(keyed_hash.start(key), hashlib.sha256(name.encode(errors="surrogateescape")).digest())

    @property
    def head(self) -> Head:
        return Head(self.lines, self.mac.hex())

    def extend(self, events: Iterable[Event]) -> tuple[bytes, Self]:
        """The next lines, and the chain with them."""
        text: list[bytes] = []
        mac, lines = self.mac, self.lines
        for event in events:
            lines += 1
            start = _encode(event)[:-1]
            start += b'%b"chain":{"line":%d,"mac":"' % (b"," if len(start) > 1 else b"", lines)
            mac = keyed_hash.mac(self.key, mac, start)
            text += start, mac.hex().encode(), _END
        return b"".join(text), type(self)(self.key, mac, lines)

    def follow(self, line: bytes) -> tuple[bool, Self]:
        """Whether a line is the next one, and the chain with it.

        After one that isn't, the chain goes on from the place and mac that it claims: those behind it count.
        """
        found = _LINE.fullmatch(line)
        if found is None:
            return False, self
        start = line[: -len(_TAIL) - _MAC_DIGITS]
        place, mac = int(found[1]), bytes.fromhex(found[2].decode())
        right = hmac.compare_digest(keyed_hash.mac(self.key, self.mac, start), mac)
        return right and place == self.lines + 1, type(self)(self.key, mac, place)


def is_link(line: bytes) -> bool:
    """Whether a line has the form of one in a chain."""
    return _LINE.fullmatch(line) is not None
