"""Work in turns, in a thread of its own: what the runner and the queue of events have in common.

1. There is a turn when something is heard of the topic, when it is rung for, and when the last turn said.
2. A turn that fails is logged, and there is another LOOKS seconds later.
3. What a turn takes up, it holds by a lease of this owner until that is renewed no more.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from watchword.names import AwsError
from watchword.names.ids import new_request_id
from watchword.store import StoreError, Topic
from watchword.store.leases import Lease
from watchword.world import World

LEASE = timedelta(seconds=5)
RENEWED = timedelta(seconds=1.5)
LOOKS = 1.0
"""Seconds between two looks into the store."""

log = logging.getLogger(__name__)


class Turns:
    """The turns of one process at one kind of work."""

    def __init__(self, world: World, topic: str, turn: Callable[[], float]) -> None:
        """`turn` does what there is to do, and returns after how many seconds there may be more."""
        self._world, self._topic, self._turn = world, topic, turn
        self.owner = new_request_id(world.randomness)
        self.stopped = threading.Event()
        self._bell = threading.Event()
        self._thread = threading.Thread(target=self._run, name=topic, daemon=True)
        world.database.subscribe(self._hear)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Has no other turn begin."""
        self.stopped.set()
        self.ring()

    def stop(self) -> None:
        """The same, and waits for the turn that there is."""
        self.end()
        self._thread.join()

    def ring(self) -> None:
        """Has a turn begin. For any thread."""
        self._bell.set()

    def lease(self) -> Lease:
        """From now on."""
        wall = self._world.clock.wall()
        return Lease(self.owner, wall, wall + LEASE)

    def confirmed(self) -> bool:
        """Whether this process knows of every change. It waits until it does, or stops."""
        while not self.stopped.is_set():
            try:
                self._world.facts.confirm()
            except AwsError:
                self.stopped.wait(LOOKS)
            else:
                return True
        return False

    def _hear(self, topics: Sequence[Topic]) -> None:
        if any(topic.kind == self._topic for topic in topics):
            self._bell.set()

    def _run(self) -> None:
        while not self.stopped.is_set():
            self._bell.clear()
            self._bell.wait(self._one())

    def _one(self) -> float:
        """One turn. Seconds until the next."""
        try:
            return self._turn()
        except (StoreError, AwsError) as refused:
            log.warning("%s: a turn waits: %s", self._topic, refused)
        except Exception:
            log.exception("%s: a turn waits", self._topic)
        return LOOKS
