"""Lists in pages: MaxResults and NextToken. A token has the id after which a page begins.

Source: Identity Store API Reference, ListUsers and its siblings.
"""

from watchword.identity.center.refusals import invalid
from watchword.services import page_positions
from watchword.services.operation import Call, Output

MOST = 100


def size_of(call: Call) -> int:
    """The most items that the page may have."""
    size: int = call.input.get("MaxResults", MOST)
    return size


def start_of(call: Call) -> str:
    """The id after which the page begins, empty for the first page."""
    start = page_positions.position_in(call.input.get("NextToken"))
    if start is None:
        raise invalid("The NextToken isn't one that this list has given.")
    return start


def end(last: str, *, more: bool) -> Output:
    """NextToken, for a page that ends with that id and isn't the last one."""
    return {"NextToken": page_positions.token_of(last)} if more else {}
