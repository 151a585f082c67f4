"""Lists in pages: MaxResults, NextToken. A page has 20 items at most.

The token names the last item of the page, so no item is skipped or repeated when others are added or removed.
Source: AWS Organizations API Reference, ListAccounts and its siblings.
"""

import base64
import binascii

from watchword.organizations.refusals import invalid
from watchword.services.operation import Call, Output

MOST = 20


def size_of(call: Call) -> int:
    """The most items that the page may have."""
    size: int = call.input.get("MaxResults", MOST)
    return size


def start_of(call: Call) -> str:
    """The item after which the page begins, empty for the first page."""
    token = call.input.get("NextToken", "")
    try:
        start = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _invalid() from None
    if "\0" in start:  # no id has a NUL, and PostgreSQL accepts none in a query
        raise _invalid()
    return start


def position_of(call: Call) -> int:
    """The same of a list whose items have positions."""
    start = start_of(call)
    if start and not (start.isdecimal() and len(start) < 19):  # noqa: PLR2004 the digits of 64 bits
        raise _invalid()
    return int(start or 0)


def end(last: object, *, more: bool) -> Output:
    """NextToken, for a page that ends with the item `last` and isn't the last one."""
    if not more:
        return {}
    return {"NextToken": base64.b64encode(str(last).encode("ascii"), b"-_").decode("ascii")}


def _invalid() -> Exception:
    return invalid("INVALID_NEXT_TOKEN", "You provided an invalid pagination token.")
