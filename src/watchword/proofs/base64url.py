"""Base64 for URLs, without padding, as the parts of a JSON Web Token have it.

One text only stands for some bytes: what no encoder writes (another alphabet, padding, bits left over) is
refused.
Source: RFC 7515, section 2 and appendix C; RFC 4648, section 5.
"""

import binascii

_STANDARD = bytes.maketrans(b"-_+/=", b"+/***")
"""The alphabet of binascii. What isn't of the alphabet for URLs becomes a sign that it refuses."""
_FOR_URLS = bytes.maketrans(b"+/", b"-_")
_LAST = {0: frozenset(range(256)), 1: frozenset[int](), 2: b"AQgw", 3: b"AEIMQUYcgkosw048"}
"""By how many characters the last group has: which its last can be, so that no bits are left over."""


def encode(data: bytes) -> bytes:
    """The text, in ASCII."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_FOR_URLS)


def decode(text: bytes) -> bytes:
    """The inverse of `encode`. Raises ValueError."""
    size = len(text) % 4
    if text and text[-1] not in _LAST[size]:
        raise binascii.Error("no encoder ends a text so")
    return binascii.a2b_base64(text.translate(_STANDARD) + b"=" * (-size % 4), strict_mode=True)
