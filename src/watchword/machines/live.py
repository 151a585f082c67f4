"""An execution in memory: its machine, its checkpoint, and what this step of it has brought forth.

What changes the checkpoint stands in `entering`, `children` and `interpreter`.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from watchword.machines.about import About, context_of
from watchword.machines.checkpoint import Checkpoint, Run
from watchword.machines.data import Json, decode, encode
from watchword.machines.definition import Machine, Map, State, Task
from watchword.machines.errors import (
    DATA_LIMIT_EXCEEDED,
    QUERY_EVALUATION_ERROR,
    EvaluationFailure,
    Failure,
)
from watchword.machines.history import MOST_EVENTS, Event, failed
from watchword.machines.jsonata import MOST_SECONDS, TIMEOUT, Asked, Evaluate, Found, not_here
from watchword.machines.query_flow import QueryFlow
from watchword.machines.resources import Resource
from watchword.machines.scope import Randomness, Scope, Variables

SECOND = 1000
SEED_BYTES = 16
MOST_VARIABLES = 10 << 20
"""Bytes of all variables of an execution."""


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
        self,
        machine: Machine,
        checkpoint: Checkpoint,
        about: About,
        randomness: Randomness,
        now: int,
        evaluate: Evaluate = not_here,
    ) -> None:
        self.machine, self.checkpoint, self.about = machine, checkpoint, about
        self.randomness, self.now, self._evaluate = randomness, now, evaluate
        self.seconds = MOST_SECONDS
        """What expressions may still take before the state that is being entered or left fails."""
        self.given_context: Mapping[str, Json] = {}
        """Members of the context object that are given, where a state is tried on its own."""
        self.note: Callable[[str, Json], None] | None = None
        self.events: list[Event] = []
        self.calls: list[TaskCall] = []
        self.ready = deque(run.id for run in checkpoint.runs.values() if run.phase == "ready")
        self._values: dict[int, tuple[str, Json]] = {}
        self._items: dict[int, list[Json]] = {}
        self._input: Json = None

    def state_of(self, run: Run) -> State:
        return self.machine.at(run.machine).states[run.state]

    def task_of(self, run: Run) -> Task:
        state = self.state_of(run)
        assert isinstance(state, Task), "only tasks are called"
        return state

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
        return Scope(
            self.value_of(run),
            lambda: self.context(run),
            self.variables(run),
            self.randomness,
            self.evaluate,
            note=self.note,
        )

    def evaluate(
        self, texts: Sequence[str], bindings: Mapping[str, str], *, until_true: bool = False
    ) -> list[Found]:
        """What expressions give, up to the first that fails. Raises Failure when it takes too long."""
        if self.seconds <= 0:
            raise Failure(QUERY_EVALUATION_ERROR, TIMEOUT)
        seed = self.randomness(SEED_BYTES)
        done = self._evaluate(Asked(texts, bindings, self.now, seed, self.seconds, until_true))
        self.seconds -= done.seconds
        return done.found

    def context(self, run: Run) -> Mapping[str, Json]:
        """The context object."""
        if self._input is None:
            self._input = decode(self.about.input)
        return context_of(self.about, self._input, run, self._item(run)) | dict(self.given_context)

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

    def begin_part(self, run: Run) -> int:
        """A part of a state's work begins, with time of its own for expressions. The event before it."""
        self.seconds = MOST_SECONDS
        return run.event

    def record_failure(self, run: Run, failure: Failure) -> None:
        """An expression that failed has an event of its own."""
        if isinstance(failure, EvaluationFailure):
            more = {"location": failure.location, "state": run.state}
            self.record(run, "EvaluationFailed", failed(failure.error, failure.cause, **more))

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
        if not variables:
            return
        encode(variables)  # together they are as large as one may be
        run.variables = {**run.variables, **{name: encode(value) for name, value in variables.items()}}
        if self.variable_bytes() > MOST_VARIABLES:
            said = f"The variables of the execution have more than {MOST_VARIABLES} bytes."
            raise Failure(DATA_LIMIT_EXCEEDED, said)

    def variable_bytes(self) -> int:
        """Of all variables of all runs."""
        runs = self.checkpoint.runs.values()
        return sum(len(text.encode()) for run in runs for text in run.variables.values())

    def forget_items(self, run: Run) -> None:
        """A run enters a Map: those of the one before aren't its items."""
        run.items = ""
        self._items.pop(run.id, None)

    def items_of(self, run: Run, state: Map) -> list[Json]:
        """The items of a Map; in JSONata also of an object. Raises Failure for what has none."""
        if run.id not in self._items:
            found = decode(run.items) if run.items else self._new_items(run, state)
            if isinstance(state.flow, QueryFlow) and isinstance(found, dict):
                found = [{"Key": key, "Value": value} for key, value in found.items()]
            if not isinstance(found, list):
                name = "ItemsPath" if state.items is None else state.items.name
                raise state.flow.unfit(name, state.items and state.items.given, found, "array")
            self._items[run.id] = found
        return self._items[run.id]

    def _new_items(self, run: Run, state: Map) -> Json:
        scope = self.scope(run)
        entered = state.flow.enter(scope)
        found = entered if state.items is None else state.items.read(state.flow, scope.of(entered))
        if isinstance(state.flow, QueryFlow):
            run.items = encode(found)
        return found

    def _item(self, run: Run) -> Mapping[str, Json] | None:
        """The item of the innermost Map around a run."""
        while run.parent >= 0:
            parent = self.checkpoint.runs[run.parent]
            state = self.state_of(parent)
            if isinstance(state, Map):
                item = self.items_of(parent, state)[run.index]
                of_object = parent.items.startswith("{")
                return {"Index": run.index, **(item if of_object else {"Value": item})}
            run = parent
        return None

    def variables(self, run: Run) -> Variables:
        """Its own, and those of the runs around it."""
        found: dict[str, str] = {}
        at: Run | None = run
        while at is not None:
            found = {**at.variables, **found}
            at = self.checkpoint.runs.get(at.parent)
        return Variables(found)
