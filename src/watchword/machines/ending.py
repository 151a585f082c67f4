"""How an execution ends other than well, and how it is ended from outside, wherever it is."""

from watchword.machines.checkpoint import Checkpoint, Status
from watchword.machines.errors import Failure
from watchword.machines.history import Event, failed

ENDED: dict[Status, str] = {
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}
"""Status -> the last event of the history."""


def end(checkpoint: Checkpoint, status: Status, now: int, failure: Failure) -> Event:
    """Ends it. Returns the last event of its history."""
    root = checkpoint.runs[0]
    checkpoint.events += 1
    checkpoint.status, checkpoint.error, checkpoint.cause = status, failure.error, failure.cause
    checkpoint.deadline = None
    checkpoint.runs.clear()
    details = failed(failure.error, failure.cause)
    return Event(checkpoint.events, root.event, now, ENDED[status], details)
