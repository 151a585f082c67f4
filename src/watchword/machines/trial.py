"""One state that is tried on its own: entered, given a result or an error, and left. Nothing waits.

    enter    a task's call, which the caller makes or mocks; None when the state is done
    answer   the state has this result, refuse: this error

Its error is tried again, caught or its end, as in an execution; a Wait is over at once. What the data were
between its fields is noted on the way, up to where it failed.
Source: Step Functions API Reference, TestState, InspectionData; Developer Guide, "Testing state machines with
TestState API".
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from watchword.machines import children, entering, retrying
from watchword.machines.about import About
from watchword.machines.checkpoint import Checkpoint, Run
from watchword.machines.data import Json, decode, encode
from watchword.machines.definition import Machine, Map, Parallel, State, Wait
from watchword.machines.errors import DATA_LIMIT_EXCEEDED, Failure
from watchword.machines.flow import PathFlow
from watchword.machines.jsonata import Evaluate
from watchword.machines.live import Live, TaskCall
from watchword.machines.outcome import Ends, Leave, Outcome
from watchword.machines.scope import Randomness

MOST_ITEMS = 1000
"""Of a Map that is tried."""
_RESULTS = {"result", "afterResultSelector", "afterResultPath"}
_WITHOUT_RESULT = {"Choice", "Wait", "Succeed", "Fail"}

Status = Literal["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"]


class Trial:
    """A state being tried."""

    def __init__(self, state: State, about: About, randomness: Randomness, evaluate: Evaluate) -> None:
        machine = Machine(state.name, {state.name: state})
        self._run = Run(0, state.name, about.input, entered=about.begun)
        self._live = Live(machine, Checkpoint({0: self._run}), about, randomness, about.begun, evaluate)
        self._live.note = self._note
        self._state = state
        self.status: Status = "SUCCEEDED"
        self.output = self.next = ""
        self.failure: Failure | None = None
        self.notes: dict[str, str] = {"input": about.input}
        """What the data were, as JSON texts, by the names of InspectionData."""
        self.handled: dict[str, int] = {}
        """Which retrier or catcher was for the error."""

    @property
    def variables(self) -> str:
        """All variables, those that were given and those that the state has set."""
        texts = self._run.variables
        return encode({name: decode(text) for name, text in texts.items()}) if texts else ""

    def given(self, variables: Mapping[str, Json], context: Mapping[str, Json]) -> None:
        """What was there before. Raises Failure for too large variables."""
        self._live.assign(self._run, variables)
        self._live.given_context = context

    def enter(self) -> TaskCall | None:
        """Enters the state. The call of its task; None when it is done, or has no task."""
        with self._failing(0):
            match self._state:
                case Map() as state:
                    self._select(state)
                case Parallel():
                    scope = self._live.scope(self._run)
                    encode(self._state.flow.arguments(self._state.flow.enter(scope), scope))
                case Wait():
                    outcome = entering.enter(self._live, self._run, self._state)
                    self._follow(outcome or entering.after_wait(self._live, self._run, self._state))
                case _:
                    self._follow(entering.enter(self._live, self._run, self._state))
        return self._live.calls[0] if self._live.calls and self.failure is None else None

    def answer(self, result: str) -> None:
        """The state has this result."""
        with self._failing(0):
            self._follow(entering.leave(self._live, self._run, self._state, decode(result)))

    def refuse(self, failure: Failure, retries: int = 0) -> None:
        """The state has this error, after so many retries."""
        with self._failing(retries):
            raise failure

    def _follow(self, outcome: Outcome) -> None:
        match outcome:
            case Leave(output, variables, following):
                self._live.assign(self._run, variables)
                self.output, self.next = encode(output), following
            case Ends(failure):
                self.status, self.failure = "FAILED", failure

    def _select(self, state: Map) -> None:
        """What the items of a Map are, and what each run would get."""
        live, run = self._live, self._run
        items = live.items_of(run, state)
        if len(items) > MOST_ITEMS:
            raise Failure(DATA_LIMIT_EXCEEDED, f"A Map that is tested has at most {MOST_ITEMS} items.")
        if isinstance(state.flow, PathFlow):
            self._note("afterItemsPath", items)
        self._note("maxConcurrency", children.at_once(live, run, state))
        selected = []
        for index in range(len(items)):
            child = live.begin_run(run, index, (), "null")
            selected.append(children.item_of(live, run, state, child))
            live.forget(child)
        if state.selector is not None:
            self._note("afterItemSelector", selected)

    def _note(self, name: str, value: Json) -> None:
        if name not in _RESULTS or type(self._state).__name__ not in _WITHOUT_RESULT:
            self.notes[name] = encode(value)

    @contextmanager
    def _failing(self, retries: int) -> Iterator[None]:
        try:
            yield
        except Failure as failure:
            self._fail(failure, retries)

    def _fail(self, failure: Failure, retries: int) -> None:
        self.failure, state = failure, self._state
        at = retrying.retrier_for(failure.error, state.retry)
        if at is not None and retries < state.retry[at].attempts:
            self.status = "RETRIABLE"
            delay = state.retry[at].delay(retries, self._live.randomness)
            self.handled = {"retryIndex": at, "retryBackoffIntervalSeconds": int(delay)}
            return
        catcher = retrying.catcher_for(failure.error, state.catch)
        if catcher is None:
            self.status = "FAILED"
            return
        error = {"Error": failure.error, "Cause": failure.cause}
        try:
            output, variables = state.flow.recover(error, catcher, self._live.scope(self._run))
            self._follow(Leave(output, variables, catcher.next))
        except Failure as again:
            self.status, self.failure = "FAILED", again
        else:
            self.status, self.handled = "CAUGHT_ERROR", {"catchIndex": state.catch.index(catcher)}


def named(machine: Machine, name: str) -> State | None:
    """The state of that name, in the machine or in one inside it."""
    return next((state for state, _ in _all(machine, in_map=False) if state.name == name), None)


def is_in_map(machine: Machine, name: str) -> bool:
    """Whether the state of that name works on an item of a Map."""
    return any(in_map for state, in_map in _all(machine, in_map=False) if state.name == name)


def _all(machine: Machine, *, in_map: bool) -> Iterator[tuple[State, bool]]:
    for state in machine.states.values():
        yield state, in_map
        match state:
            case Map():
                yield from _all(state.processor, in_map=True)
            case Parallel():
                for branch in state.branches:
                    yield from _all(branch, in_map=in_map)
