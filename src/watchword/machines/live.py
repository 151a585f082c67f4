"""An execution in memory: its machine, its checkpoint, and what this step of it has brought forth.

What changes the checkpoint stands in `entering`, `children` and `interpreter`.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from watchword.machines.about import About, context_of
from watchword.machines.checkpoint import Checkpoint, Run
from watchword.machines.data import Json, decode, encode
from watchword.machines.definition import Machine, Map, State, Task
from watchword.machines.errors import RUNTIME, Failure
from watchword.machines.history import MOST_EVENTS, Event
from watchword.machines.resources import Resource
from watchword.machines.scope import Randomness, Scope

SECOND = 1000


class Overflow(Exception):  # noqa: N818 what happens to the history
    """The history is full."""


class TaskCall(NamedTuple):
    """A task that is to be called."""

    run: int
    attempt: int
    resource: Resource
    arguments: str
    role: str
    """Credentials: the role to assume for it; empty: the machine's own."""
    until: int | None
    token: str


class Live:
    """One execution."""

    def __init__(
        self, machine: Machine, checkpoint: Checkpoint, about: About, randomness: Randomness, now: int
    ) -> None:
        self.machine, self.checkpoint, self.about = machine, checkpoint, about
        self.randomness, self.now = randomness, now
        self.events: list[Event] = []
        self.calls: list[TaskCall] = []
        self.ready = deque(run.id for run in checkpoint.runs.values() if run.phase == "ready")
        self._values: dict[int, tuple[str, Json]] = {}
        self._items: dict[int, list[Json]] = {}
        self._input: Json = None

    def state_of(self, run: Run) -> State:
        return self.machine.at(run.machine).states[run.state]

    def value_of(self, run: Run) -> Json:
        """The input of a run's state."""
        text, value = self._values.get(run.id, ("", None))
        if text is not run.input:
            value = decode(run.input)
            self._values[run.id] = run.input, value
        return value

    def set_input(self, run: Run, text: str, value: Json) -> None:
        run.input = text
        self._values[run.id] = text, value

    def scope(self, run: Run) -> Scope:
        """What the state of a run sees; "$" is its raw input."""
        return Scope(self.value_of(run), lambda: self.context(run), self._variables(run), self.randomness)

    def context(self, run: Run) -> Mapping[str, Json]:
        """The context object."""
        if self._input is None:
            self._input = decode(self.about.input)
        return context_of(self.about, self._input, run, self._item(run))

    def record(
        self, run: Run, kind: str, details: Mapping[str, Any] | None = None, *, last: bool = False
    ) -> None:
        """An event of a run. Raises Overflow where there is room for the last one only."""
        if not last and not self.about.express and self.checkpoint.events >= MOST_EVENTS - 1:
            raise Overflow
        self.checkpoint.events += 1
        number = self.checkpoint.events
        self.events.append(Event(number, run.event, self.now, kind, details))
        run.event = number

    def call(self, run: Run, task: Task) -> TaskCall:
        """The call of a task that a run waits for."""
        return TaskCall(run.id, run.attempt, task.resource, run.arguments, run.role, run.until, run.token)

    def begin_run(self, parent: Run, index: int, place: tuple[str | int, ...], text: str) -> Run:
        """A branch or an item of the parent's state."""
        number, machine = self.checkpoint.next_run, (*parent.machine, parent.state, *place)
        first = self.machine.at(machine).start
        run = Run(number, first, text, parent.id, index, machine, event=parent.event)
        self.checkpoint.next_run += 1
        self.checkpoint.runs[run.id] = run
        self.ready.append(run.id)
        return run

    def forget(self, run: Run) -> None:
        """The run is over."""
        self.checkpoint.runs.pop(run.id, None)
        self._values.pop(run.id, None)
        self._items.pop(run.id, None)

    def assign(self, run: Run, variables: Mapping[str, Json]) -> None:
        """Sets variables of a run. Raises Failure for what is too large."""
        if variables:
            run.variables = {**run.variables, **{name: encode(value) for name, value in variables.items()}}

    def forget_items(self, run: Run) -> None:
        """A run enters a Map: those of the one before aren't its items."""
        self._items.pop(run.id, None)

    def items_of(self, run: Run, state: Map) -> list[Json]:
        """The items of a Map. Raises Failure for what isn't an array."""
        if run.id not in self._items:
            scope = self.scope(run)
            entered = state.flow.enter(scope)
            found = entered if state.items is None else state.items.read(state.flow, scope.of(entered))
            if not isinstance(found, list):
                raise Failure(RUNTIME, "The items of the Map state aren't an array.")
            self._items[run.id] = found
        return self._items[run.id]

    def _item(self, run: Run) -> Mapping[str, Json] | None:
        """The item of the innermost Map around a run."""
        while run.parent >= 0:
            parent = self.checkpoint.runs[run.parent]
            state = self.state_of(parent)
            if isinstance(state, Map):
                return {"Index": run.index, "Value": self.items_of(parent, state)[run.index]}
            run = parent
        return None

    def _variables(self, run: Run) -> Mapping[str, Json]:
        """Its own, and those of the runs around it."""
        found: dict[str, Json] = {}
        at: Run | None = run
        while at is not None:
            for name, text in at.variables.items():
                if name not in found:
                    found[name] = decode(text)
            at = self.checkpoint.runs.get(at.parent)
        return found
