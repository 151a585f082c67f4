"""StartSyncExecution: begins an execution of an express machine and waits for its end, at most five minutes.

A caller who waits holds a thread, so only few may wait at once (`World.waiting`), and others are throttled.
The execution is carried on like any other, perhaps by another process. An answer that nobody waited for is
removed with the executions that are over.
Source: Step Functions API Reference, StartSyncExecution.
"""

import time
from dataclasses import replace
from datetime import timedelta

from watchword.access.request_log import Traits
from watchword.access.room import check_room
from watchword.names import fault
from watchword.names.ids import new_request_id
from watchword.names.would_block import WouldBlock
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.states import arns, executions
from watchword.services.states.demands import machine_of, on_machine
from watchword.services.states.errors import error
from watchword.store.machines import executions as stored
from watchword.store.machines.executions import RUNNING, Execution
from watchword.store.machines.state_machines import EXPRESS

FIRST_LOOK, LONGEST_PAUSE = 0.002, 0.05
"""Seconds between two looks for the end: twice as long each time."""
PATIENCE = executions.LONGEST_EXPRESS + timedelta(seconds=10)
BILLED = 100
"""Milliseconds: a duration is rounded up to a multiple of this."""
BILLED_MEMORY = 64


def start_sync_execution(call: Call) -> Output:
    """StartSyncExecution."""
    if call.world.facts.cached:
        raise WouldBlock
    check_room(call.world, 0)
    with call.world.waiting:
        execution = _ended(call, _begun(call))
    return _shown(call, execution)


def _begun(call: Call) -> Execution:
    text = call.input.get("input", executions.EMPTY)
    name = arns.check_name(call.input.get("name") or new_request_id(call.world.randomness))
    executions.check_input(text)
    prepared = executions.prepare(call)
    with call.world.database.write(call.now) as tx:
        machine = machine_of(call, tx)
        if machine.type != EXPRESS:
            raise error("StateMachineTypeNotSupported", machine.arn)
        if machine.deleting:
            raise error("StateMachineDeleting", machine.arn)
        arn = executions.execution_arn(call, machine, name)
        return executions.begin(call, tx, machine, arn, text, prepared)


def _ended(call: Call, execution: Execution) -> Execution:
    until, pause = time.monotonic() + PATIENCE.total_seconds(), FIRST_LOOK
    while time.monotonic() < until:
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
        with call.world.database.read() as tx:
            found = stored.by_id(tx, execution.id)
        if found is None:
            raise error("StateMachineDoesNotExist", call.input["stateMachineArn"])
        if found.status != RUNNING:
            return found
    raise fault("ServiceUnavailable", meant="the execution isn't carried on")


def _shown(call: Call, execution: Execution) -> Output:
    assert execution.stopped is not None, "it is over"
    duration = int((execution.stopped - execution.started) / timedelta(milliseconds=1))
    shown: dict[str, object] = {
        "executionArn": execution.arn,
        "stateMachineArn": call.input["stateMachineArn"],
        "name": execution.name,
        "startDate": execution.started,
        "stopDate": execution.stopped,
        "status": execution.status,
        "billingDetails": {
            "billedMemoryUsedInMB": BILLED_MEMORY,
            "billedDurationInMilliseconds": -(-max(duration, 1) // BILLED) * BILLED,
        },
    }
    optional = {"error": execution.error, "cause": execution.cause, "traceHeader": execution.trace_header}
    shown |= {name: value for name, value in optional.items() if value is not None}
    if call.input.get("includedData") != "METADATA_ONLY":
        shown |= {"input": execution.input, "inputDetails": {"included": True}}
        if execution.output is not None:
            shown |= {"output": execution.output, "outputDetails": {"included": True}}
    return shown


OPERATIONS: dict[str, Operation] = {
    "StartSyncExecution": replace(pure(start_sync_execution, on_machine), traits=Traits()),
}
