"""Takes an execution from one transition to the next: no I/O, no clock; time and randomness are given.

It takes what happened (`begin`, `answer`, `refuse`, `beat`, and by `at` what time it is), changes the
checkpoint, and collects the events of the history and the calls of tasks. The caller stores the checkpoint
and the events in one transaction, and only then makes the calls. So a transition happens once, and a task at
least once: calls that were never answered are made again from the checkpoint (`unanswered`).

1. A run enters its state, which leaves it, waits, gives a task away, or begins other runs (`entering`).
2. A state that fails is tried again or caught, else its run fails; that of a branch or item fails its parent.
3. What works for a run ends with the run's state: its branches, their calls and waits.
4. An execution has at most 25,000 events, and a checkpoint of at most 8 MiB beside its variables.

Source: Amazon States Language, "Transitions", "Errors"; Step Functions Developer Guide, "Service quotas".
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from watchword.machines import checkpoint as checkpoints
from watchword.machines import children, entering, retrying, task_events
from watchword.machines.about import About
from watchword.machines.checkpoint import Checkpoint, Run, Status
from watchword.machines.data import Json, decode, encode
from watchword.machines.definition import Machine, Map, State, Task
from watchword.machines.ending import ENDED
from watchword.machines.errors import DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, RUNTIME, TIMEOUT, Failure
from watchword.machines.history import MOST_EVENTS, Event, failed, with_input, with_output
from watchword.machines.jsonata import Evaluate, not_here
from watchword.machines.live import SECOND, Live, Overflow, TaskCall
from watchword.machines.outcome import Ends, Leave, Outcome
from watchword.machines.scope import Randomness

LARGEST_CHECKPOINT = 8 << 20
"""Bytes beside the variables, which are at most twice as long in it, as strings in a string."""


class Interpreter:
    """One execution."""

    def __init__(self, live: Live) -> None:
        self.live = live

    @classmethod
    def begin(
        cls, machine: Machine, about: About, randomness: Randomness, evaluate: Evaluate = not_here
    ) -> "Interpreter":
        """A new execution."""
        deadline = None if machine.timeout is None else about.begun + machine.timeout * SECOND
        root = Run(0, machine.start, about.input)
        checkpoint = Checkpoint({0: root}, deadline=deadline)
        live = Live(machine, checkpoint, about, randomness, about.begun, evaluate)
        live.record(root, "ExecutionStarted", with_input(about.input, roleArn=about.role))
        return cls(live)

    # --- what happened -------------------------------------------------------------------------------

    def at(self, now: int) -> None:
        """It is so late, in milliseconds since 1970. Time never goes back."""
        self.live.now = max(now, self.live.now)

    def advance(self, most: int, is_late: Callable[[], bool] = lambda: False) -> None:
        """Goes on until nothing is left to do now, about `most` events are collected, or it is late."""
        live = self.live
        with self._room():
            self._time_out()
            while live.ready and len(live.events) < most and self.running:
                run = live.checkpoint.runs.get(live.ready.popleft())
                if run is not None and run.phase == "ready":
                    self._enter(run)
                if is_late():
                    break

    def answer(self, run_id: int, attempt: int, output: str, *, by_token: bool = False) -> bool:
        """A task gave this output. False when nothing waits for it any more."""
        run = self._waiting(run_id, attempt, by_token=by_token)
        if run is None:
            return False
        with self._room():
            self._answer(run, self.live.task_of(run), output, by_token=by_token)
        return True

    def refuse(self, run_id: int, attempt: int, failure: Failure, *, by_token: bool = False) -> bool:
        """A task failed. False when nothing waits for it any more."""
        run = self._waiting(run_id, attempt, by_token=by_token)
        if run is None:
            return False
        with self._room():
            self._task_ends(run, "Failed", failure)
        return True

    def beat(self, run_id: int, attempt: int, at: int) -> bool:
        """A task was still being worked on then, in milliseconds since 1970."""
        run = self._waiting(run_id, attempt, by_token=True)
        if run is not None and run.beat is not None:
            run.beat = at + run.beat_seconds * SECOND
        return run is not None

    def end(self, status: Status, failure: Failure) -> None:
        """The execution fails, or is ended from outside."""
        checkpoint = self.live.checkpoint
        checkpoint.error, checkpoint.cause = failure.error, failure.cause
        self._end(status, ENDED[status], failed(failure.error, failure.cause))

    def limit(self, deadline: int) -> None:
        """The execution times out then, if its definition doesn't say sooner."""
        checkpoint = self.live.checkpoint
        checkpoint.deadline = min(deadline, checkpoint.deadline or deadline)

    # --- what is to be done --------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self.live.checkpoint.status == "RUNNING"

    @property
    def idle(self) -> bool:
        """Whether nothing can be done before the time of `checkpoint.due`."""
        return not self.live.ready

    def take(self) -> tuple[list[Event], list[TaskCall]]:
        """The events and calls since the last time."""
        live = self.live
        events, calls, live.events, live.calls = live.events, live.calls, [], []
        return events, calls

    def unanswered(self) -> Iterator[TaskCall]:
        """The calls that were made, as far as is known, and not answered."""
        for run in self.live.checkpoint.runs.values():
            if run.phase == "task":
                yield self.live.call(run, self.live.task_of(run))

    def written(self) -> str:
        """The checkpoint as text. An execution whose checkpoint is too large fails."""
        text = checkpoints.write(self.live.checkpoint)
        if len(text) > LARGEST_CHECKPOINT + 2 * self.live.variable_bytes():
            self.end("FAILED", Failure(DATA_LIMIT_EXCEEDED, "All states together have too much data."))
            return checkpoints.write(self.live.checkpoint)
        return text

    # --- transitions ---------------------------------------------------------------------------------

    def _enter(self, run: Run) -> None:
        state = self.live.state_of(run)
        run.entered = self.live.now
        kind = type(state).__name__
        self.live.record(run, f"{kind}StateEntered", with_input(run.input, name=run.state))
        self._do(run, lambda: entering.enter(self.live, run, state))

    def _do(self, run: Run, act: Callable[[], Outcome]) -> None:
        """A part of a state's work; a Failure in it is the state's."""
        entered = self.live.begin_part(run)
        try:
            self._follow(run, self.live.state_of(run), act())
        except Failure as failure:
            self.live.record_failure(run, failure)
            said = f"An error occurred while executing the state '{run.state}' (entered at the event id "
            self._fail(run, Failure(failure.error, f"{said}#{entered}). {failure.cause}"))

    def _follow(self, run: Run, state: State, outcome: Outcome) -> None:
        match outcome:
            case Leave(output, variables, following):
                self.live.assign(run, variables)
                self._leave(run, state, encode(output), output)
                if following:
                    self._go_on(run, following)
                else:
                    self._end_run(run)
            case Ends(failure):
                self._fail_run(run, failure)

    def _leave(self, run: Run, state: State, text: str, value: Json) -> None:
        kind = type(state).__name__
        self.live.record(run, f"{kind}StateExited", with_output(text, name=run.state))
        self.live.set_input(run, text, value)

    def _go_on(self, run: Run, state: str) -> None:
        run.state, run.phase, run.until, run.beat, run.tries = state, "ready", None, None, []
        run.token = run.arguments = run.role = ""
        self.live.ready.append(run.id)

    def _end_run(self, run: Run) -> None:
        """A run has come to the end of its machine, and its input is what it gives."""
        if run.parent < 0:
            self.live.checkpoint.output = run.input
            self._end("SUCCEEDED", "ExecutionSucceeded", with_output(run.input))
            return
        self.live.forget(run)
        parent = self.live.checkpoint.runs[run.parent]
        state = self.live.state_of(parent)
        self._do(parent, lambda: children.ended(self.live, parent, state, run, run.input))

    # --- failures ------------------------------------------------------------------------------------

    def _fail(self, run: Run, failure: Failure) -> None:
        """A state failed: it is tried again, or caught, or its run fails."""
        state = self.live.state_of(run)
        children.drop(self.live, run)
        run.until = run.beat = None
        if self._again_later(run, state, failure):
            return
        catcher = retrying.catcher_for(failure.error, state.catch)
        if catcher is None:
            self._fail_run(run, failure)
            return
        error = {"Error": failure.error, "Cause": failure.cause}
        self.live.begin_part(run)
        try:
            output, variables = state.flow.recover(error, catcher, self.live.scope(run))
            self._follow(run, state, Leave(output, variables, catcher.next))
        except Failure as again:
            self.live.record_failure(run, again)
            self._fail_run(run, again)

    def _again_later(self, run: Run, state: State, failure: Failure) -> bool:
        at = retrying.retrier_for(failure.error, state.retry)
        if at is None:
            return False
        run.tries = run.tries or [0] * len(state.retry)
        if run.tries[at] >= state.retry[at].attempts:
            return False
        delay = state.retry[at].delay(run.tries[at], self.live.randomness)
        run.tries[at] += 1
        run.phase, run.until = "retry", self.live.now + int(delay * SECOND)
        return True

    def _fail_run(self, run: Run, failure: Failure) -> None:
        if run.parent < 0:
            self.end("FAILED", failure)
            return
        live = self.live
        parent = live.checkpoint.runs[run.parent]
        parent.event = run.event
        is_map = isinstance(live.state_of(parent), Map)
        if is_map:
            live.record(parent, "MapIterationFailed", {"name": parent.state, "index": run.index})
        live.forget(run)
        children.drop(live, parent)
        live.record(parent, "MapStateFailed" if is_map else "ParallelStateFailed")
        self._fail(parent, failure)

    def _end(self, status: Status, event: str, details: dict[str, Any]) -> None:
        live = self.live
        live.checkpoint.status, live.checkpoint.deadline = status, None
        live.record(live.checkpoint.runs[0], event, details, last=True)
        live.checkpoint.runs.clear()
        live.ready.clear()
        live.calls.clear()

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Ends the execution when its history is full."""
        try:
            yield
        except Overflow:
            said = f"The execution reached the maximum number of history events ({MOST_EVENTS})."
            self.end("FAILED", Failure(RUNTIME, said))

    # --- time, and tasks -----------------------------------------------------------------------------

    def _time_out(self) -> None:
        checkpoint = self.live.checkpoint
        if self.running and checkpoint.deadline is not None and checkpoint.deadline <= self.live.now:
            self.end("TIMED_OUT", Failure(TIMEOUT))
        for run in list(checkpoint.runs.values()):
            if run.id in checkpoint.runs:
                self._time_out_run(run)

    def _time_out_run(self, run: Run) -> None:
        live, state = self.live, self.live.state_of(run)
        over = run.until is not None and run.until <= live.now
        match run.phase:
            case "timer" if over:
                self._do(run, lambda: entering.after_wait(live, run, state))
            case "retry" if over:
                run.until = None
                self._do(run, lambda: entering.enter(live, run, state))
            case "task" | "token" if over:
                self._task_ends(run, "TimedOut", Failure(TIMEOUT))
            case "task" | "token" if run.beat is not None and run.beat <= live.now:
                self._task_ends(run, "TimedOut", Failure(HEARTBEAT_TIMEOUT))

    def _answer(self, run: Run, task: Task, output: str, *, by_token: bool) -> None:
        if task.resource.waits and not by_token:
            run.phase = "token"
            task_events.submitted(self.live, run, task.resource, output)
            return
        task_events.succeeded(self.live, run, task.resource, output)
        self._do(run, lambda: entering.leave(self.live, run, task, decode(output)))

    def _task_ends(self, run: Run, how: str, failure: Failure) -> None:
        task_events.ended(self.live, run, self.live.task_of(run).resource, how, failure)
        self._fail(run, failure)

    def _waiting(self, run_id: int, attempt: int, *, by_token: bool) -> Run | None:
        run = self.live.checkpoint.runs.get(run_id)
        phases = {"task", "token"} if by_token else {"task"}
        return run if run and run.attempt == attempt and run.phase in phases else None
