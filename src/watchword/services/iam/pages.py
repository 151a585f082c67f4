"""Lists in pages: MaxItems, Marker, IsTruncated.

Source: IAM API Reference, "ListUsers" and its siblings: 100 items a page unless told otherwise; an answer
that is truncated carries a Marker, which the next request gives back. A marker is opaque: here it names
the last item that was shown, so that nothing is skipped or repeated when others come and go.
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
    """How many items the page may have."""
    size: int = call.input.get("MaxItems", DEFAULT_SIZE)
    return size


def start_of(call: Call) -> str:
    """The item after which the page begins, empty for the first page."""
    marker = call.input.get("Marker", "")
    try:
        return base64.b64decode(marker, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise fault("ValidationError", "Invalid Marker.") from None


def end(last: str, *, more: bool) -> Output:
    """The members that close a page whose last item is named `last`."""
    if not more:
        return {"IsTruncated": False}
    return {"IsTruncated": True, "Marker": base64.b64encode(last.encode(), b"-_").decode("ascii")}


def page(call: Call, items: Iterable[Item], name: Callable[[Item], str]) -> tuple[list[Item], Output]:
    """The page of a short list that was read whole: by name, with the members that close it."""
    start, size = start_of(call), size_of(call)
    left = sorted((item for item in items if name(item) > start), key=name)
    shown = left[:size]
    return shown, end(name(shown[-1]) if shown else "", more=len(left) > size)


Fetch = Callable[[str, int], tuple[list[Item], bool]]
"""After which item, and how many at most -> the items, and whether there are more."""


def chain(
    call: Call, parts: Mapping[str, Fetch[Item]], name: Callable[[Item], str]
) -> tuple[dict[str, list[Item]], Output]:
    """A page of several lists that are read one after another: the items by part, and what closes it."""
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
