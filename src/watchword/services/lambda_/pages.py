"""Lists in pages: Marker and MaxItems. A page has at most 50 items; its marker names the last one.

Source: AWS Lambda API Reference, ListFunctions and its siblings.
"""

import base64
import binascii

from watchword.services.lambda_.errors import invalid
from watchword.services.operation import Call, Output

MOST = 50


def size_of(call: Call) -> int:
    """The most items that the page may have."""
    size: int = min(call.input.get("MaxItems", MOST), MOST)
    return size


def start_of(call: Call) -> str:
    """The item after which the page begins, empty for the first page."""
    try:
        start = base64.b64decode(call.input.get("Marker", ""), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise invalid("The specified marker is not valid.") from None
    if "\0" in start:  # no name has a NUL, and PostgreSQL accepts none in a query
        raise invalid("The specified marker is not valid.")
    return start


def number_of(call: Call) -> int:
    """The same where items are numbered; -1 for the first page."""
    start = start_of(call)
    if start and not (start.isascii() and start.isdigit() and len(start) < 10):  # noqa: PLR2004 what an integer holds
        raise invalid("The specified marker is not valid.")
    return int(start or -1)


def end(last: str, *, more: bool) -> Output:
    """NextMarker, for a page whose last item is `last`."""
    return {"NextMarker": base64.b64encode(last.encode(), b"-_").decode("ascii")} if more else {}
