"""Continuation tokens: where a page ended, in a form that clients don't read.

A token grants nothing: each page is decided on like the first. So it needs no seal, only a form that
survives any client: base64 for URLs.
"""

import base64
import binascii

from watchword.services.s3.errors import invalid_argument


def seal_token(position: bytes) -> str:
    """A token for the page after `position`."""
    return base64.urlsafe_b64encode(b"1" + position).decode("ascii")


def open_token(token: str) -> bytes:
    """Where the page before ended. Raises InvalidArgument for what isn't a token."""
    try:
        opened = base64.b64decode(token, altchars=b"-_", validate=True)
        opened.decode()
    except (binascii.Error, ValueError):
        opened = b""
    if not opened.startswith(b"1"):
        raise invalid_argument("The continuation token provided is incorrect", "continuation-token", token)
    return opened[1:]
