"""Lists in pages: maxResults and nextToken.

A page has 100 items unless maxResults says otherwise; 0 says the same. A token is the position after which
the next page begins. It grants nothing, since each page is decided on like the first.
Source: Step Functions API Reference, ListStateMachines and its siblings.
"""

import base64
import binascii

from watchword.services.operation import Call
from watchword.services.states.errors import error

DEFAULT_SIZE = 100
_BEGINNING = "1 "


def size_of(call: Call) -> int:
    return int(call.input.get("maxResults") or DEFAULT_SIZE)


def start_of(call: Call) -> str:
    """The position after which the page begins; empty for the first. Raises InvalidToken."""
    token = call.input.get("nextToken")
    if token is None:
        return ""
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith(_BEGINNING) or "\0" in text:
        raise error("InvalidToken", "The token isn't one that this list has given.")
    return text.removeprefix(_BEGINNING)


def end(position: str, *, more: bool) -> dict[str, str]:
    """nextToken, where there are more after that position."""
    return {"nextToken": base64.b64encode((_BEGINNING + position).encode(), b"-_").decode()} if more else {}
