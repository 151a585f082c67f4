"""Runs functions with the events that wait for them, in threads (`services.lambda_.events`).

1. It holds an event by a lease from when it is begun until what came of it is committed. If the lease is
   lost meanwhile, nothing is committed: the other process does it.
2. MOST_RUNNING events are under way at once, and MOST_OF_ACCOUNT of one account, so that none makes the
   others wait.
3. From when the server begins to stop, events under way are left to other processes, or to the next start,
   as if they hadn't begun. What comes of them may come of that: calls of functions aren't answered any more.
4. Turns are taken when it hears of an event, when one is due, and once a second (`gateway.turns`).
"""

import logging
from collections import Counter
from dataclasses import replace
from functools import partial

from watchword.gateway.runner.workers import Workers
from watchword.gateway.turns import LEASE, LOOKS, RENEWED, Turns
from watchword.services.lambda_.events import TOPIC, perform
from watchword.services.lambda_.events.retries import LONGEST_BACKOFF
from watchword.store import StoreError
from watchword.store.functions import dead_letters, events
from watchword.store.functions.dead_letters import DeadLetter
from watchword.store.functions.events import Event
from watchword.store.leases import Lease
from watchword.world import World

MOST_RUNNING, MOST_OF_ACCOUNT = 16, 8
PATIENCE = 5.0
"""Seconds for threads to notice that the server ends."""

log = logging.getLogger(__name__)


class EventQueue:
    """The events that this process has begun."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: dict[str, str] = {}
        """Ids of events, and whose they are."""
        self._workers = Workers(MOST_RUNNING)
        self._renewed = world.clock.wall() - LEASE
        self._turns = Turns(world, TOPIC, self.turn)

    def start(self) -> None:
        self._turns.start()

    def leave(self) -> None:
        """Rule 3. From now on nothing is begun, and nothing that comes of events is committed."""
        self._turns.end()

    def stop(self) -> None:
        """Leaves everything to others."""
        self._turns.stop()
        self._workers.stop(PATIENCE)
        try:
            with self._world.database.write(self._world.clock.now(), shared=True) as tx:
                events.release(tx, self._turns.owner)
        except StoreError:
            log.warning("events weren't released")

    def turn(self) -> float:
        """Begins with what is due. Seconds until there may be more."""
        claimed = self._claimed()
        for event in claimed:
            self._workers.put(partial(self._perform, event))
        if claimed:
            return 0.0
        now = self._world.clock.now()
        with self._world.database.read() as tx:
            due = events.next_due(tx, self._turns.lease())
        later = due is not None and due > now  # what is due already waits for another one's end
        return min(LOOKS, (due - now).total_seconds()) if due and later else LOOKS

    def _claimed(self) -> list[Event]:
        """What begins now, and is held from now on."""
        now, lease = self._world.clock.now(), self._turns.lease()
        chosen = self._chosen(lease)
        if not chosen and (not self._running or lease.now - self._renewed <= RENEWED):
            return []
        with self._world.database.write(now, shared=True) as tx:
            events.renew(tx, lease)
            claimed = [each for each in events.claim(tx, lease, now, chosen) if each.id not in self._running]
            events.begin(tx, [each.id for each in claimed])
        self._renewed = lease.now
        self._running.update((each.id, each.account) for each in claimed)
        return [replace(each, begun=each.begun + 1) for each in claimed]

    def _chosen(self, lease: Lease) -> list[str]:
        """Rule 2: ids of events that may begin."""
        taken = Counter(list(self._running.values()))
        free = MOST_RUNNING - taken.total()
        if free <= 0:
            return []
        full = [account for account, count in taken.items() if count >= MOST_OF_ACCOUNT]
        with self._world.database.read() as tx:
            found = events.claimable(tx, lease, self._world.clock.now(), but=full, limit=free)
        chosen = []
        for each in found:
            taken[each.account] += 1
            if taken[each.account] <= MOST_OF_ACCOUNT:
                chosen.append(each.id)
        return chosen

    def _perform(self, event: Event) -> None:
        """One event, in a thread of its own."""
        try:
            if self._turns.confirmed():
                self._commit(event, self._outcome(event))
        finally:
            self._running.pop(event.id, None)
            self._turns.ring()

    def _outcome(self, event: Event) -> Event | tuple[DeadLetter, ...]:
        """What came of it. A defect is no fault of the function: it is tried again later."""
        try:
            return perform(self._world, event)
        except Exception:
            log.exception("event %s", event.id)
            return replace(event, due=self._world.clock.now() + LONGEST_BACKOFF)

    def _commit(self, event: Event, outcome: Event | tuple[DeadLetter, ...]) -> None:
        """Rule 1. It is tried until it works, for the event is held as long."""
        while not self._turns.stopped.is_set():
            try:
                with self._world.database.write(self._world.clock.now(), shared=True) as tx:
                    if isinstance(outcome, Event):
                        events.put_off(tx, outcome, self._turns.owner)
                    elif events.remove(tx, event, self._turns.owner):
                        for letter in outcome:
                            dead_letters.insert(tx, letter)
            except StoreError as refused:
                log.warning("event %s waits: %s", event.id, refused)
                self._turns.stopped.wait(LOOKS)
            else:
                return
