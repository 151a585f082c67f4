"""An LRU cache of what was read or compiled from the database, invalidated by topics.

A value is cached with the topics it depends on (see `transaction`), and dropped when a change of one of them
is applied. A value that was read while a change was applied isn't cached, since it may be older than that
change: the caller takes `generation` before it reads, and passes it with the value.
What is cached, how it is read, and what it weighs, is up to the caller.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime

from watchword.store.transaction import EVERYTHING, Topic


class Cache:
    """Values of at most that `size` together; the least recently used are evicted. For any number of threads.

    A value weighs 1 unless the caller says how many bytes it takes.
    """

    def __init__(self, size: int) -> None:
        self._free = size
        self._kept: OrderedDict[Hashable, tuple[object, frozenset[Topic], int]] = OrderedDict()
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

    def put(
        self, key: Hashable, value: object, topics: Iterable[Topic], generation: int, weight: int = 1
    ) -> None:
        """Caches a value that was read since `generation`, unless a change was applied meanwhile."""
        with self._lock:
            if generation != self._generation:
                return
            self._drop(key)
            self._kept[key] = value, frozenset(topics), weight
            for topic in self._kept[key][1]:
                self._keys_of[topic].add(key)
            self._free -= weight
            while self._free < 0:
                self._drop(next(iter(self._kept)))

    def apply(self, topics: Sequence[Topic]) -> None:
        """Drops what depends on any of the topics. A listener for `Database.subscribe`."""
        with self._lock:
            self._generation += 1
            if EVERYTHING in topics:
                self._free += sum(weight for _, _, weight in self._kept.values())
                self._kept.clear()
                self._keys_of.clear()
                return
            for key in {key for topic in topics for key in self._keys_of.get(topic, ())}:
                self._drop(key)

    def reset(self, _now: datetime) -> None:
        """Drops everything."""
        self.apply((EVERYTHING,))

    def _drop(self, key: Hashable) -> None:
        _, topics, weight = self._kept.pop(key, (None, frozenset[Topic](), 0))
        self._free += weight
        for topic in topics:
            keys = self._keys_of[topic]
            keys.discard(key)
            if not keys:
                del self._keys_of[topic]
