"""Bytes of small blobs, kept in memory. A blob never changes, so they never have to be looked at again.

Nothing is taken off when an object is deleted: no row names its blob any more, so nobody asks for it.
"""

import threading
from collections import OrderedDict

LONGEST = 64 << 10
"""A blob of more bytes isn't kept."""


class BlobCache:
    """At most `room` bytes, the least recently used of which make room. For any number of threads."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, blob: str) -> bytes | None:
        """The whole blob, None when it isn't kept."""
        with self._lock:
            kept = self._kept.get(blob)
            if kept is not None:
                self._kept.move_to_end(blob)
            return kept

    def put(self, blob: str, data: bytes) -> None:
        """Keeps the whole of a blob, unless it is too long."""
        with self._lock:
            if len(data) > LONGEST or blob in self._kept:
                return
            self._kept[blob] = data
            self._room -= len(data)
            while self._room < 0:
                _, pushed = self._kept.popitem(last=False)
                self._room += len(pushed)
