"""Where an execution is: what the store keeps of it between two transitions.

An execution is a tree of runs. A run goes through the states of one machine: the definition itself, a branch
of a Parallel, or the processor of a Map for one item. Run 0 is the root. A run is in one of these phases:

    ready       its state is to be entered, with `input`
    task        its state's task was given away, as call number `attempt`
    token       its task was called, and it waits for SendTaskSuccess or SendTaskFailure
    timer       it waits until `until`, then leaves its state
    retry       it waits until `until`, then tries its state again
    children    other runs work for it

Times are milliseconds since 1970, data are JSON texts.
"""

from typing import Literal

import msgspec
from msgspec import Struct, field

Phase = Literal["ready", "task", "token", "timer", "retry", "children"]
Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


class Run(Struct, omit_defaults=True):
    """One pass through the states of a machine."""

    id: int
    state: str
    input: str
    parent: int = -1
    index: int = 0
    """Which branch, or which item, of the parent's."""
    machine: tuple[str | int, ...] = ()
    """The place of its machine in the definition."""
    phase: Phase = "ready"
    event: int = 0
    """The last event of this run."""
    entered: int = 0
    variables: dict[str, str] = {}
    """Those that this run has set, as JSON texts."""
    attempt: int = 0
    """Numbers its calls: an answer to an earlier one is too late."""
    tries: list[int] = field(default_factory=list)
    """Attempts that each retrier of the state has made."""
    until: int | None = None
    """When a wait ends, or a task times out."""
    beat: int | None = None
    """When a task must have sent a heartbeat."""
    beat_seconds: int = 0
    arguments: str = ""
    """What the task was called with."""
    role: str = ""
    token: str = ""
    results: list[str | None] = field(default_factory=list)
    """Of the branches or items, as they end."""
    begun: int = 0
    """Of them: how many have begun, which of a Map isn't all."""
    size: int = 0
    """Bytes of the results so far."""
    items: str = ""
    """Of a Map in JSONata: what its expression gave, since the next time it may give something else."""

    @property
    def retries(self) -> int:
        return sum(self.tries)


class Checkpoint(Struct, omit_defaults=True):
    """An execution between two transitions."""

    runs: dict[int, Run]
    status: Status = "RUNNING"
    next_run: int = 1
    events: int = 0
    deadline: int | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None

    @property
    def due(self) -> int | None:
        """When it can go on by itself: 0 for at once, None for never."""
        if any(run.phase in {"ready", "task"} for run in self.runs.values()):
            return 0
        times = [time for run in self.runs.values() for time in (run.until, run.beat) if time is not None]
        if self.deadline is not None:
            times.append(self.deadline)
        return min(times, default=None)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Checkpoint)


def write(checkpoint: Checkpoint) -> str:
    return _encoder.encode(checkpoint).decode()


def read(text: str) -> Checkpoint:
    return _decoder.decode(text)
