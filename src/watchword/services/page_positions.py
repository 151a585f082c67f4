"""Tokens of lists in pages: the position after which the next page begins.

A token grants nothing, since each page is decided on like the first.
"""

import base64
import binascii

_BEGINNING = "1 "


def token_of(position: str) -> str:
    """The token of a position."""
    return base64.b64encode((_BEGINNING + position).encode(), b"-_").decode()


def position_in(token: str | None) -> str | None:
    """The position; empty for the first page, None for what is no token of ours."""
    if token is None:
        return ""
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    if not text.startswith(_BEGINNING) or "\0" in text:  # PostgreSQL can't even be asked for NUL
        return None
    return text.removeprefix(_BEGINNING)
