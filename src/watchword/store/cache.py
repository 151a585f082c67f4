"""An LRU cache of what was read or compiled from the database, invalidated by topics.

A value is cached with the topics it depends on (see `transaction`), and dropped when a change of one of them
is applied. A value that was read while a change was applied isn't cached, since it may be older than that
change: the caller takes `generation` before it reads, and passes it with the value.
What is cached, and how it is read, is up to the caller.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime

from watchword.store.transaction import EVERYTHING, Topic


class Cache:
    """At most `size` values; the least recently used are evicted. For any number of threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[object, frozenset[Topic]]] = OrderedDict()
        self._keys_of: defaultdict[Topic, set[Hashable]] = defaultdict(set)
        self._generation = 0
        self._lock = threading.Lock()

    @property
    def generation(self) -> int:
        """How many times `apply` was called."""
        return self._generation

    def get(self, key: Hashable) -> object | None:
        """The value, None when there is none."""
        # No lock: each step is atomic in the interpreter, since comparing keys runs no Python code.
        kept = self._kept.get(key)
        if kept is None:
            return None
        try:
            self._kept.move_to_end(key)
        except KeyError:  # a change dropped it in between
            return None
        return kept[0]

    def put(self, key: Hashable, value: object, topics: Iterable[Topic], generation: int) -> None:
        """Caches a value that was read since `generation`, unless a change was applied meanwhile."""
        with self._lock:
            if generation != self._generation:
                return
            self._drop(key)
            self._kept[key] = value, frozenset(topics)
            for topic in self._kept[key][1]:
                self._keys_of[topic].add(key)
            if len(self._kept) > self._size:
                oldest, (_, topics) = self._kept.popitem(last=False)
                self._unlink(oldest, topics)

    def apply(self, topics: Sequence[Topic]) -> None:
        """Drops what depends on any of the topics. A listener for `Database.subscribe`."""
        with self._lock:
            self._generation += 1
            if EVERYTHING in topics:
                self._kept.clear()
                self._keys_of.clear()
                return
            for key in {key for topic in topics for key in self._keys_of.get(topic, ())}:
                self._drop(key)

    def reset(self, _now: datetime) -> None:
        """Drops everything."""
        self.apply((EVERYTHING,))

    def _drop(self, key: Hashable) -> None:
        _, topics = self._kept.pop(key, (None, frozenset[Topic]()))
        self._unlink(key, topics)

    def _unlink(self, key: Hashable, topics: frozenset[Topic]) -> None:
        for topic in topics:
            keys = self._keys_of[topic]
            keys.discard(key)
            if not keys:
                del self._keys_of[topic]
