"""Lists in pages: MaxItems, Marker, IsTruncated.

A page has 100 items unless MaxItems says otherwise. A truncated answer has a Marker, which the next request
sends back. Clients don't read it. Here it names the last item of the page, so no item is skipped or repeated
when others are added or removed.
Source: IAM API Reference, "ListUsers" and its siblings.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from watchword.names import fault
from watchword.services.operation import Call, Output

Item = TypeVar("Item")

DEFAULT_SIZE = 100


def size_of(call: Call) -> int:
    """The most items that the page may have."""
    size: int = call.input.get("MaxItems", DEFAULT_SIZE)
    return size


def start_of(call: Call) -> str:
    """The item after which the page begins, empty for the first page."""
    marker = call.input.get("Marker", "")
    try:
        start = base64.b64decode(marker, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise fault("ValidationError", "Invalid Marker.") from None
    if "\0" in start:  # no name has a NUL, and PostgreSQL accepts none in a query
        raise fault("ValidationError", "Invalid Marker.")
    return start


def end(last: str, *, more: bool) -> Output:
    """IsTruncated and Marker, for a page whose last item is named `last`."""
    if not more:
        return {"IsTruncated": False}
    return {"IsTruncated": True, "Marker": base64.b64encode(last.encode(), b"-_").decode("ascii")}


def page(call: Call, items: Iterable[Item], name: Callable[[Item], str]) -> tuple[list[Item], Output]:
    """A page of a short list that was read whole, sorted by name; with IsTruncated and Marker."""
    start, size = start_of(call), size_of(call)
    left = sorted((item for item in items if name(item) > start), key=name)
    shown = left[:size]
    return shown, end(name(shown[-1]) if shown else "", more=len(left) > size)


Fetch = Callable[[str, int], tuple[list[Item], bool]]
"""(name of the last item before the page, most items) -> (the items, whether there are more)."""


def chain(
    call: Call, parts: Mapping[str, Fetch[Item]], name: Callable[[Item], str]
) -> tuple[dict[str, list[Item]], Output]:
    """A page of several lists, read one after another: the items of each; with IsTruncated and Marker."""
    part, _, after = start_of(call).partition(" ")
    words = list(parts)
    if part and part not in words:
        raise fault("ValidationError", "Invalid Marker.")
    found: dict[str, list[Item]] = {word: [] for word in words}
    room = size_of(call)
    for word in words[words.index(part) if part else 0 :]:
        found[word], more = parts[word](after, room)
        room -= len(found[word])
        if more:
            return found, end(f"{word} {name(found[word][-1]) if found[word] else after}", more=True)
        after = ""
    return found, end("", more=False)
