"""Answers to tasks that wait for them, by the token that the task was called with.

A token is a secret of the worker who has the task. It belongs to the account of the execution, and ends with
the first answer, the task's time-out, or the execution.
Source: Step Functions API Reference, SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.
"""

from watchword.machines import checkpoint as checkpoints
from watchword.machines.checkpoint import Run
from watchword.machines.data import MOST_BYTES, decode
from watchword.machines.errors import Failure
from watchword.services.operation import Call, Operation, Output, writes
from watchword.services.states.demands import on_anything
from watchword.services.states.errors import error
from watchword.services.states.executions import TOPIC
from watchword.store.machines import executions
from watchword.store.machines.executions import RUNNING, Execution, Signal

HEARTBEAT = "heartbeat"
NO_FAILURE = Failure("")
_GONE = "Provided task does not exist anymore"


def send_task_success(call: Call) -> Output:
    """SendTaskSuccess."""
    text = call.input["output"]
    try:
        decode(text)
    except ValueError as unreadable:
        raise error("InvalidOutput", unreadable) from None
    if len(text.encode()) > MOST_BYTES:
        raise error("InvalidOutput", f"the output has more than {MOST_BYTES} bytes")
    return _signal(call, "success", output=text)


def send_task_failure(call: Call) -> Output:
    """SendTaskFailure."""
    failure = Failure(call.input.get("error", ""), call.input.get("cause", ""))
    return _signal(call, "failure", failure=failure)


def send_task_heartbeat(call: Call) -> Output:
    """SendTaskHeartbeat."""
    return _signal(call, HEARTBEAT)


def _signal(call: Call, kind: str, output: str | None = None, failure: Failure = NO_FAILURE) -> Output:
    execution, run = _waiting(call)
    signal = Signal(execution.id, run.id, run.attempt, kind, call.now, output, failure.error, failure.cause)
    executions.signal(call.tx, signal)
    call.tx.changed(TOPIC, execution.machine_id, execution.account)
    return {}


def _waiting(call: Call) -> tuple[Execution, Run]:
    """Who waits for the token. Raises InvalidToken and TaskTimedOut."""
    token = call.input["taskToken"]
    execution = None if "\0" in token else executions.of_token(call.tx, token)
    if execution is None or execution.account != call.account:
        raise error("InvalidToken", "Invalid token")
    runs = checkpoints.read(execution.checkpoint).runs.values() if execution.status == RUNNING else ()
    run = next((run for run in runs if run.token == token and run.phase in {"task", "token"}), None)
    answered = {
        (each.run, each.attempt)
        for each in executions.signals(call.tx, execution.id)
        if each.kind != HEARTBEAT
    }
    if run is None or (run.id, run.attempt) in answered:
        raise error("TaskTimedOut", _GONE)
    return execution, run


OPERATIONS: dict[str, Operation] = {
    "SendTaskSuccess": writes(send_task_success, on_anything),
    "SendTaskFailure": writes(send_task_failure, on_anything),
    "SendTaskHeartbeat": writes(send_task_heartbeat, on_anything),
}
