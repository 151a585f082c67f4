"""Carries executions on, in a thread of its own (docs/decisions/0016).

1. It holds executions by leases, for as long as they have something to do. Those that wait are let go.
2. Each turn: take up what is due, follow answers and signals, go on with all of it, and commit all of it in
   one transaction. Only then are the tasks called that it wants called.
3. What can't be committed is tried again and nothing else is done, since answers of tasks are in it.
4. An execution that somebody else has changed meanwhile is dropped. One that can't be carried on, because of
   a defect, fails: the others go on.
5. From when the server begins to stop, nothing is taken up, and a task that fails is left to be called again
   by others: it may fail because of that.
6. Turns are taken when it hears of an execution, when one is due, and once a second (`gateway.turns`).

A turn is about 4,000 events at most, and one execution has 500 of it, so that none holds up the others. It
ends sooner when it is late, since states can be costly and a turn must be shorter than a lease.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue

from watchword.access.room import check_room
from watchword.expressions.process import Expressions
from watchword.gateway.runner import tasks
from watchword.gateway.runner.held import Answer, Held
from watchword.gateway.runner.sessions import Sessions
from watchword.gateway.runner.workers import Workers
from watchword.gateway.turns import LEASE, LOOKS, RENEWED, Turns
from watchword.machines import timestamps
from watchword.machines.errors import RUNTIME, Failure
from watchword.machines.live import TaskCall
from watchword.names import AwsError
from watchword.services.states.ending import end_from_outside
from watchword.services.states.executions import TOPIC
from watchword.store import StoreError, Transaction
from watchword.store.machines import executions, leases, state_machines
from watchword.store.machines.executions import RUNNING, Execution, Signal
from watchword.store.machines.leases import MOST_CLAIMED, Progress
from watchword.world import World

MOST_HELD = 256
MOST_TASKS = 16
"""Tasks that are performed at the same time."""
EVENTS_OF_TURN, EVENTS_OF_ONE = 4000, 500
LONGEST_TURN = 1.0
"""Seconds after which no other state is entered."""
PATIENCE = 5.0
"""Seconds for tasks under way when the server ends."""

BROKEN = "The execution ended in an internal error."

log = logging.getLogger(__name__)


class Runner:
    """The executions that this process carries on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held: dict[str, Held] = {}
        self._uncommitted: list[tuple[Held, Progress, list[TaskCall]]] = []
        self._broken: dict[str, int] = {}
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._sessions, self._workers = Sessions(world), Workers(MOST_TASKS)
        self._expressions = Expressions()
        self._renewed = world.clock.wall() - LEASE
        self._leaving = threading.Event()
        self._turns = Turns(world, TOPIC, self.turn)

    def start(self) -> None:
        self._turns.start()

    def leave(self) -> None:
        """From now on rule 5 holds."""
        self._leaving.set()

    def stop(self) -> None:
        """Leaves everything to others. What is under way is called again by them, unless it ends in time."""
        self.leave()
        self._turns.stop()
        self._workers.stop(PATIENCE)
        try:
            self.turn()
            with self._world.database.write(self._world.clock.now(), shared=True) as tx:
                leases.release(tx, self._turns.owner)
        except (StoreError, AwsError):
            log.warning("executions weren't released")
        self._expressions.close()

    def turn(self) -> float:
        """Does what there is to do. Seconds until there may be more."""
        if self._uncommitted:
            self._commit(self._uncommitted)
        check_room(self._world, 0)
        signals = self._take_up()
        changed = self._go_on(signals)
        if changed:
            self._commit(changed)
        if self._broken:
            self._give_up()
        return self._until_next()

    # --- within a turn -------------------------------------------------------------------------------

    def _take_up(self) -> dict[str, list[Signal]]:
        """Claims what is due. The signals that were left for what is held."""
        world, now, lease = self._world, self._world.clock.now(), self._turns.lease()
        with world.database.read() as tx:
            free = MOST_HELD - len(self._held)
            due = [] if self._leaving.is_set() else leases.claimable(tx, lease, now, limit=MOST_CLAIMED)
            signals = leases.signals(tx, lease.owner) if self._held else []
        if due or (self._held and lease.now - self._renewed > RENEWED):
            with world.database.write(now, shared=True) as tx:
                self._keep(tx, leases.renew(tx, lease))
                for execution in leases.claim(tx, lease, now, due[: max(0, free)]):
                    self._hold(tx, execution)
                signals = leases.signals(tx, lease.owner)
            self._renewed = lease.now
        found = defaultdict(list)
        for signal in signals:
            found[signal.execution_id].append(signal)
        return found

    def _keep(self, tx: Transaction, ids: set[str]) -> None:
        """Drops what is somebody else's by now, and takes up what was dropped but is still ours."""
        self._held = {held.id: held for held in self._held.values() if held.id in ids}
        for missing in ids - self._held.keys():
            execution = executions.by_id(tx, missing)
            if execution is not None:
                self._hold(tx, execution)

    def _hold(self, tx: Transaction, execution: Execution) -> None:
        held = self._held.get(execution.id)
        if held is not None and held.version == execution.version:
            return
        machine = state_machines.by_id(tx, execution.machine_id)
        revision = state_machines.revision(tx, execution.revision_id)
        if machine is not None and revision is not None:
            with self._containing(execution):
                self._held[execution.id] = Held(
                    execution, machine, revision, self._world.randomness, self._expressions.evaluate
                )

    def _go_on(self, signals: dict[str, list[Signal]]) -> list[tuple[Held, Progress, list[TaskCall]]]:
        now = timestamps.milliseconds(self._world.clock.now())
        changed, events, late = [], 0, time.monotonic() + LONGEST_TURN
        self._follow_answers(now, late)
        for held in list(self._held.values()):
            if events >= EVENTS_OF_TURN or time.monotonic() > late:
                break
            with self._containing(held):
                held.follow(signals.get(held.id, ()), now)
                if held.has_news or held.wakes_by(now):
                    progress, calls = held.advance(now, EVENTS_OF_ONE, lambda: time.monotonic() > late)
                    changed.append((held, progress, calls))
                    events += held.events
                    self._held[held.id] = self._held.pop(held.id)  # the others are first the next time
        return changed

    def _follow_answers(self, now: int, late: float) -> None:
        while not self._answers.empty() and time.monotonic() <= late:  # nobody else takes them
            answer = self._answers.get()
            held = self._held.get(answer.execution_id)
            if held is not None:
                with self._containing(held):
                    held.answer(answer, now)

    def _commit(self, changed: list[tuple[Held, Progress, list[TaskCall]]]) -> None:
        """Rule 2, 3 and 4."""
        self._uncommitted = changed
        with self._world.database.write(self._world.clock.now(), shared=True) as tx:
            done = [leases.commit(tx, progress) for _, progress, _ in changed]
        self._uncommitted = []
        for (held, progress, calls), committed in zip(changed, done, strict=True):
            if not committed or not progress.keeps:
                self._held.pop(held.id, None)
            if committed:
                held.version += 1
                for call in calls:
                    self._workers.put(partial(self._perform, held, call))

    @contextmanager
    def _containing(self, execution: Execution | Held) -> Iterator[None]:
        """What goes wrong in an execution is its own matter (4.)."""
        try:
            yield
        except Exception:
            log.exception("execution %s can't be carried on", execution.id)
            self._held.pop(execution.id, None)
            self._broken[execution.id] = execution.version

    def _give_up(self) -> None:
        with self._world.database.write(self._world.clock.now(), shared=True) as tx:
            for execution_id, version in self._broken.items():
                found = executions.locked(tx, execution_id)
                if found is not None and (found.status, found.version) == (RUNNING, version):
                    end_from_outside(tx, found, "FAILED", Failure(RUNTIME, BROKEN))
        self._broken.clear()

    def _until_next(self) -> float:
        """Rule 6."""
        if not self._answers.empty():
            return 0.0
        now = timestamps.milliseconds(self._world.clock.now())
        wakes = [held.wakes for held in self._held.values()]
        with self._world.database.read() as tx:
            due = leases.next_due(tx, self._turns.lease()) if len(self._held) < MOST_HELD else None
        times = [each for each in wakes if each is not None]
        if due is not None:
            times.append(max(timestamps.milliseconds(due), 1))
        return min([LOOKS, *(max(0, each - now) / 1000 for each in times)])

    # --- around it -----------------------------------------------------------------------------------

    def _perform(self, held: Held, call: TaskCall) -> None:
        """Performs a task, in a thread of its own."""
        answer = self._answer(held, call) if self._turns.confirmed() else None
        if answer and not (answer.failure and self._leaving.is_set()):
            self._answers.put(answer)
            self._turns.ring()

    def _answer(self, held: Held, call: TaskCall) -> Answer:
        try:
            return Answer(held.id, call, tasks.perform(self._world, self._sessions, held.about, call))
        except Failure as failure:
            return Answer(held.id, call, failure=failure)
        except Exception:
            log.exception("task failed")
            said = "The task ended in an internal error."
            return Answer(held.id, call, failure=Failure(RUNTIME, said))
