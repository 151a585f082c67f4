"""An execution that this process carries on: the interpreter, and what the store has of it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from watchword.machines import checkpoint as checkpoints
from watchword.machines import timestamps
from watchword.machines.build import build
from watchword.machines.errors import Failure
from watchword.machines.history import Event
from watchword.machines.interpreter import Interpreter
from watchword.machines.jsonata import Evaluate
from watchword.machines.live import Live, TaskCall
from watchword.names.ids import Randomness
from watchword.services.states.records import about, moment, rows_of
from watchword.store.machines.executions import Execution, Signal
from watchword.store.machines.leases import Progress
from watchword.store.machines.state_machines import Revision, StateMachine


class Answer(NamedTuple):
    """What came of a task that was called."""

    execution_id: str
    call: TaskCall
    output: str = ""
    failure: Failure | None = None


class Held:
    """One execution."""

    def __init__(
        self,
        execution: Execution,
        machine: StateMachine,
        revision: Revision,
        randomness: Randomness,
        evaluate: Evaluate,
    ) -> None:
        self.id, self.version = execution.id, execution.version
        self.about = about(execution, machine, revision)
        live = Live(
            build(revision.definition),
            checkpoints.read(execution.checkpoint),
            self.about,
            randomness,
            self.about.begun,
            evaluate,
        )
        self._interpreter = Interpreter(live)
        self._followed: list[int] = []
        self.has_news = True
        """Whether there is something to commit, or it was just taken up."""
        self.events = 0
        """How many the last `advance` brought, whether they are kept or not."""
        self._lost = list(self._interpreter.unanswered())

    def answer(self, answer: Answer, now: int) -> None:
        """A task was called, and this came of it."""
        call, self.has_news = answer.call, True
        self._interpreter.at(now)
        if answer.failure is not None:
            self._interpreter.refuse(call.run, call.attempt, answer.failure)
        else:
            self._interpreter.answer(call.run, call.attempt, answer.output)

    def follow(self, signals: Iterable[Signal], now: int) -> None:
        """Signals came by the tokens of tasks."""
        self._interpreter.at(now)
        for signal in signals:
            if signal.id is None or signal.id in self._followed:
                continue
            self._followed.append(signal.id)
            self.has_news = True
            where = signal.run, signal.attempt
            if signal.kind == "success":
                self._interpreter.answer(*where, signal.output or "null", by_token=True)
            elif signal.kind == "failure":
                failure = Failure(signal.error or "", signal.cause or "")
                self._interpreter.refuse(*where, failure, by_token=True)
            else:
                self._interpreter.beat(*where, timestamps.milliseconds(signal.at))

    def advance(self, now: int, most: int, is_late: Callable[[], bool]) -> tuple[Progress, list[TaskCall]]:
        """Goes on. What is to be committed, and the tasks that are to be called once it is."""
        self.has_news = False
        self._interpreter.at(now)
        self._interpreter.advance(most, is_late)
        text = self._interpreter.written()
        events, calls = self._interpreter.take()
        self.events = len(events)
        progress = self._progress(text, events, calls)
        lost, self._lost = self._lost, []
        return progress, [*lost, *calls]

    @property
    def wakes(self) -> int | None:
        """When it can go on, in milliseconds since 1970; None for not before a task is answered."""
        if not self._interpreter.idle:
            return 0
        checkpoint = self._interpreter.live.checkpoint
        times = [
            time for run in checkpoint.runs.values() for time in (run.until, run.beat) if time is not None
        ]
        return min(
            [*times, *([checkpoint.deadline] if checkpoint.deadline is not None else [])], default=None
        )

    def wakes_by(self, now: int) -> bool:
        """Whether it can go on then."""
        wakes = self.wakes
        return wakes is not None and wakes <= now

    def _progress(self, text: str, events: list[Event], calls: list[TaskCall]) -> Progress:
        checkpoint = self._interpreter.live.checkpoint
        running, due = self._interpreter.running, checkpoint.due
        stored = [] if self.about.express else events
        followed, self._followed = self._followed, []
        return Progress(
            execution_id=self.id,
            version=self.version,
            checkpoint=text,
            status=checkpoint.status,
            due=moment(due) if running and due is not None else None,
            keeps=running and due == 0,
            events=rows_of(self.id, stored),
            tokens=[call.token for call in calls if call.token],
            followed=followed,
            stopped=None if running else moment(self._interpreter.live.now),
            output=checkpoint.output,
            error=checkpoint.error or None,
            cause=checkpoint.cause or None,
        )
