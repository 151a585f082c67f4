"""Percent escapes (RFC 3986, section 2.1), decoded fast: strangers send as many as they like.

A request is decoded on the event loop before anybody is proved to have sent it, and for each escape
`urllib.parse.unquote_to_bytes` goes once around a loop of Python: a body of 1 MB took a quarter of a second.
The decoder of quoted-printable (RFC 2045, section 6.7) reads the same escapes behind another sign, in C.
"""

import re
from binascii import a2b_qp

_LONE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def unescape(text: bytes) -> bytes:
    """The text with its escapes decoded. A percent sign that begins none stays."""
    if b"%" not in text:
        return text
    if _LONE.search(text):
        text = _LONE.sub(b"%25", text)
    return a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
