"""Lists in pages: MaxResults and NextToken. A token has the place in the list after which a page begins.

Source: IAM Identity Center API Reference, ListPermissionSets and its siblings.
"""

from collections.abc import Sequence

from watchword.identity.center.refusals import invalid
from watchword.services import page_positions
from watchword.services.operation import Call, Output

MOST = 100
_DIGITS = 19
"""Of the largest number that a database has: fewer fit in any case."""


def size_of(call: Call) -> int:
    """The most items that the page may have."""
    size: int = call.input.get("MaxResults", MOST)
    return size


def start_of(call: Call) -> str:
    """The id after which the page begins, empty for the first page."""
    start = page_positions.position_in(call.input.get("NextToken") or None)
    if start is None:
        raise _wrong()
    return start


def position_of(call: Call) -> int:
    """The same of a list whose items have positions."""
    start = start_of(call)
    if start and not (start.isascii() and start.isdecimal() and len(start) < _DIGITS):
        raise _wrong()
    return int(start or 0)


def end(last: object, *, more: bool) -> Output:
    """NextToken, for a page that ends with that id or position and isn't the last one."""
    return {"NextToken": page_positions.token_of(str(last))} if more else {}


def part(call: Call, items: Sequence[str]) -> tuple[Sequence[str], Output]:
    """A page of a list that is short and whole."""
    start, size = position_of(call), size_of(call)
    return items[start : start + size], end(start + size, more=len(items) > start + size)


def _wrong() -> Exception:
    return invalid("The NextToken isn't one that this list has given.")
