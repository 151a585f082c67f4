"""Lists in pages: maxResults and nextToken.

A page has 100 items unless maxResults says otherwise; 0 says the same.
Source: Step Functions API Reference, ListStateMachines and its siblings.
"""

from watchword.services.operation import Call
from watchword.services.page_positions import position_in, token_of
from watchword.services.states.errors import error

DEFAULT_SIZE = 100


def size_of(call: Call) -> int:
    return int(call.input.get("maxResults") or DEFAULT_SIZE)


def start_of(call: Call) -> str:
    """The position after which the page begins; empty for the first. Raises InvalidToken."""
    position = position_in(call.input.get("nextToken"))
    if position is None:
        raise error("InvalidToken", "The token isn't one that this list has given.")
    return position


def end(position: str, *, more: bool) -> dict[str, str]:
    """nextToken, where there are more after that position."""
    return {"nextToken": token_of(position)} if more else {}
