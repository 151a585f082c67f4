"""Executions: begun and ended here, carried on by `gateway.runner`.

StartExecution is idempotent while an execution runs: the same name with the same input is that execution.
An execution goes on with the revision of the machine that it began with.
Source: Step Functions API Reference, StartExecution, StopExecution and their siblings.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import structs

from watchword.machines import timestamps
from watchword.machines.build import build
from watchword.machines.data import MOST_BYTES, decode
from watchword.machines.definition import Machine
from watchword.machines.errors import Failure
from watchword.machines.interpreter import Interpreter
from watchword.names import fault
from watchword.names.ids import new_request_id
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.states import arns, pages
from watchword.services.states.demands import (
    execution_of,
    machine_of,
    on_execution,
    on_machine,
)
from watchword.services.states.ending import end_from_outside
from watchword.services.states.errors import error
from watchword.services.states.machines import SETTINGS, definition_shown
from watchword.services.states.records import about, rows_of
from watchword.store import Transaction
from watchword.store.machines import executions, state_machines
from watchword.store.machines.executions import Execution, Listed
from watchword.store.machines.state_machines import EXPRESS, Revision, StateMachine

EMPTY = "{}"
TOPIC = "execution"
"""The topic by which the runner hears of an execution that was begun or signalled, without polling."""
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
LONGEST_EXPRESS = timedelta(minutes=5)


class Prepared(NamedTuple):
    """A revision and the machine that is built of it."""

    revision: Revision
    machine: Machine


def prepare(call: Call) -> Prepared:
    """Builds the machine before the transaction begins: a large definition takes a while."""
    with call.world.database.read() as tx:
        return _prepared(tx, machine_of(call, tx))


def start_execution(call: Call) -> Output:
    """StartExecution."""
    machine, text = machine_of(call, call.tx), call.input.get("input", EMPTY)
    if machine.deleting:
        raise error("StateMachineDeleting", machine.arn)
    name = arns.check_name(call.input.get("name") or new_request_id(call.world.randomness))
    check_input(text)
    arn = execution_arn(call, machine, name)
    there = executions.by_arn(call.tx, arn)
    if there is not None:
        if there.status != executions.RUNNING or there.input != text:
            raise error("ExecutionAlreadyExists", arn)
        return {"executionArn": arn, "startDate": there.started}
    begin(call, call.tx, machine, arn, text, call.prepared)
    return {"executionArn": arn, "startDate": call.now}


def stop_execution(call: Call) -> Output:
    """StopExecution. One that is over stays as it is."""
    found = executions.locked(call.tx, execution_of(call).id)
    assert found is not None, "it was read in this transaction"
    if found.status != executions.RUNNING:
        return {"stopDate": found.stopped}
    failure = Failure(call.input.get("error", ""), call.input.get("cause", ""))
    if not end_from_outside(call.tx, found, "ABORTED", failure):
        raise fault("ServiceUnavailable", meant="the execution changed meanwhile")
    return {"stopDate": call.now}


def describe_execution(call: Call) -> Output:
    """DescribeExecution."""
    found = execution_of(call)
    shown: dict[str, object] = {
        "executionArn": found.arn,
        "stateMachineArn": _machine_of(call, found).arn,
        "name": found.name,
        "status": found.status,
        "startDate": found.started,
        **_optional(stopDate=found.stopped, traceHeader=found.trace_header, redriveCount=0),
        **_optional(error=found.error, cause=found.cause),
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Redriving executions isn't served here.",
    }
    if call.input.get("includedData") != "METADATA_ONLY":
        shown |= {"input": found.input, "inputDetails": {"included": True}}
        if found.output is not None:
            shown |= {"output": found.output, "outputDetails": {"included": True}}
    return shown


def describe_state_machine_for_execution(call: Call) -> Output:
    """DescribeStateMachineForExecution: the revision that it began with."""
    found = execution_of(call)
    machine, revision = _machine_of(call, found), state_machines.revision(call.tx, found.revision_id)
    assert revision is not None, "a foreign key"
    return {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "definition": definition_shown(call, revision),
        "roleArn": revision.role_arn,
        "updateDate": revision.made,
        "revisionId": revision.id,
        **SETTINGS,
    }


def list_executions(call: Call) -> Output:
    """ListExecutions: of one machine, the newest first."""
    machine = machine_of(call, call.tx)
    if machine.type == EXPRESS:
        raise error("StateMachineTypeNotSupported", machine.arn)
    if call.input.get("redriveFilter") == "REDRIVEN":
        return {"executions": []}
    status = call.input.get("statusFilter", "")
    found, more = executions.page(
        call.tx, machine.id, before=_before(call), status=status, limit=pages.size_of(call)
    )
    listed = [_listed(machine, each) for each in found]
    last = f"{found[-1].started.isoformat()} {found[-1].id}" if found else ""
    return {"executions": listed, **pages.end(last, more=more)}


def begin(
    call: Call, tx: Transaction, machine: StateMachine, arn: str, text: str, prepared: Prepared
) -> Execution:
    """Adds an execution, which is carried on once this commits."""
    revision, built = prepared
    trace_header = call.input.get("traceHeader")
    if trace_header is not None and "\0" in trace_header:
        raise error("ValidationException", "A trace header can't have a NUL character.")
    if machine.revision_id != revision.id:
        revision, built = _prepared(tx, machine)
    execution = Execution(
        id=new_request_id(call.world.randomness),
        machine_id=machine.id,
        revision_id=revision.id,
        arn=arn,
        account=machine.account,
        name=arn.split(":")[7],
        type=machine.type,
        input=text,
        started=call.now,
        checkpoint="",
        due=call.now,
        trace_header=trace_header,
    )
    begun = Interpreter.begin(built, about(execution, machine, revision), call.world.randomness)
    if machine.type == EXPRESS:
        begun.limit(timestamps.milliseconds(call.now + LONGEST_EXPRESS))
    events, _ = begun.take()
    execution = structs.replace(execution, checkpoint=begun.written())
    executions.insert(tx, execution)
    if machine.type != EXPRESS:
        executions.append(tx, rows_of(execution.id, events))
    tx.changed(TOPIC, machine.id, machine.account)
    return execution


def execution_arn(call: Call, machine: StateMachine, name: str) -> str:
    """The ARN of an execution of that name; those of express machines are never the same."""
    kind = arns.EXPRESS if machine.type == EXPRESS else arns.EXECUTION
    own = f":{new_request_id(call.world.randomness)}" if machine.type == EXPRESS else ""
    prefix = f"arn:{machine.partition}:states:{machine.region}:{machine.account}"
    return f"{prefix}:{kind}:{machine.name}:{name}{own}"


def check_input(text: str) -> None:
    """Raises InvalidExecutionInput for what isn't JSON, or is too large."""
    if len(text.encode()) > MOST_BYTES:
        raise error("InvalidExecutionInput", f"the input has more than {MOST_BYTES} bytes")
    try:
        decode(text)
    except ValueError as unreadable:
        raise error("InvalidExecutionInput", unreadable) from None


def _prepared(tx: Transaction, machine: StateMachine) -> Prepared:
    revision = state_machines.revision(tx, machine.revision_id)
    assert revision is not None, "a machine has its revision"
    return Prepared(revision, build(revision.definition))


def _machine_of(call: Call, execution: Execution) -> StateMachine:
    machine = state_machines.by_id(call.tx, execution.machine_id)
    assert machine is not None, "a foreign key"
    return machine


def _before(call: Call) -> tuple[datetime, str]:
    position = pages.start_of(call)
    if not position:
        return _END_OF_TIME, ""
    text, _, last = position.partition(" ")
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment, last
    raise error("InvalidToken", "The token isn't one that this list has given.")


def _listed(machine: StateMachine, each: Listed) -> dict[str, object]:
    return {
        "executionArn": each.arn,
        "stateMachineArn": machine.arn,
        "name": each.name,
        "status": each.status,
        "startDate": each.started,
        **_optional(stopDate=each.stopped),
    }


def _optional(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


OPERATIONS: dict[str, Operation] = {
    "StartExecution": writes(start_execution, on_machine, prepare=prepare),
    "StopExecution": writes(stop_execution, on_execution),
    "DescribeExecution": reads(describe_execution, on_execution),
    "DescribeStateMachineForExecution": reads(describe_state_machine_for_execution, on_execution),
    "ListExecutions": reads(list_executions, on_machine),
}
