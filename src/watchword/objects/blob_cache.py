"""An LRU cache of small blobs. A blob never changes, so a cached one is never stale.

A blob stays when its object is deleted: no row has its name any more, so it isn't asked for.
"""

import threading
from collections import OrderedDict

LONGEST = 64 << 10
"""A blob with more bytes isn't cached."""


class BlobCache:
    """At most `size` bytes; the least recently used blobs are evicted. For any number of threads."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, blob: str) -> bytes | None:
        """The whole blob, None when it isn't cached."""
        # No lock: each step is atomic in the interpreter.
        kept = self._kept.get(blob)
        if kept is None:
            return None
        try:
            self._kept.move_to_end(blob)
        except KeyError:  # evicted in between
            return kept
        return kept

    def put(self, blob: str, data: bytes) -> None:
        """Caches the whole blob, unless it is too long."""
        with self._lock:
            if len(data) > LONGEST or blob in self._kept:
                return
            self._kept[blob] = data
            self._free -= len(data)
            while self._free < 0:
                _, evicted = self._kept.popitem(last=False)
                self._free += len(evicted)
