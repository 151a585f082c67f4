"""A cache of what was read or compiled from the database, invalidated by topics.

It evicts by second chance (the CLOCK algorithm, which is near to LRU): what was used since its last turn is
passed over once. So a look into it writes one flag and moves nothing.

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


class _Kept:
    """A value, what it depends on, and whether it was used since its last turn."""

    __slots__ = ("topics", "used", "value", "weight")

    def __init__(self, value: object, topics: frozenset[Topic], weight: int) -> None:
        self.value, self.topics, self.weight, self.used = value, topics, weight, False


_NOTHING = _Kept(None, frozenset[Topic](), 0)


class Cache:
    """Values of at most that `size` together; what wasn't used lately is evicted. For any number of threads.

    A value weighs 1 unless the caller says how many bytes it takes.
    """

    def __init__(self, size: int) -> None:
        self._free = size
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
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
        kept.used = True
        return kept.value

    def put(
        self, key: Hashable, value: object, topics: Iterable[Topic], generation: int, weight: int = 1
    ) -> None:
        """Caches a value that was read since `generation`, unless a change was applied meanwhile."""
        with self._lock:
            if generation != self._generation:
                return
            self._drop(key)
            kept = self._kept[key] = _Kept(value, frozenset(topics), weight)
            for topic in kept.topics:
                self._keys_of[topic].add(key)
            self._free -= weight
            while self._free < 0:
                self._take_turn(next(iter(self._kept)))

    def apply(self, topics: Sequence[Topic]) -> None:
        """Drops what depends on any of the topics. A listener for `Database.subscribe`."""
        with self._lock:
            self._generation += 1
            if EVERYTHING in topics:
                self._free += sum(each.weight for each in self._kept.values())
                self._kept.clear()
                self._keys_of.clear()
                return
            for key in {key for topic in topics for key in self._keys_of.get(topic, ())}:
                self._drop(key)

    def reset(self, _now: datetime) -> None:
        """Drops everything."""
        self.apply((EVERYTHING,))

    def _take_turn(self, key: Hashable) -> None:
        """Of the first: it stays if it was used."""
        kept = self._kept[key]
        if kept.used:
            kept.used = False
            self._kept.move_to_end(key)
        else:
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        gone = self._kept.pop(key, _NOTHING)
        self._free += gone.weight
        for topic in gone.topics:
            keys = self._keys_of[topic]
            keys.discard(key)
            if not keys:
                del self._keys_of[topic]
