"""Continuation tokens (pagination cursors): the position after which the next page begins.

A token grants nothing, since each page is decided on like the first. So it is neither signed nor encrypted,
only base64 for URLs, which no client changes.
"""

import base64
import binascii

from watchword.services.s3.errors import invalid_argument


def encode_token(position: bytes) -> str:
    """A token for the page after `position`."""
    return base64.urlsafe_b64encode(b"1" + position).decode("ascii")


def decode_token(token: str) -> bytes:
    """Where the page before ended. Raises InvalidArgument for what isn't a token."""
    try:
        opened = base64.b64decode(token, altchars=b"-_", validate=True)
        opened.decode()
    except (binascii.Error, ValueError):
        opened = b""
    if not opened.startswith(b"1"):
        raise invalid_argument("The continuation token provided is incorrect", "continuation-token", token)
    return opened[1:]
