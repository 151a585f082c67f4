"""Ends an execution from outside, wherever it is: StopExecution, and when it can't be carried on."""

from watchword.machines import checkpoint as checkpoints
from watchword.machines import timestamps
from watchword.machines.checkpoint import Status
from watchword.machines.ending import end
from watchword.machines.errors import Failure
from watchword.services.states.records import rows_of
from watchword.store import Transaction
from watchword.store.machines import executions, leases
from watchword.store.machines.executions import Execution
from watchword.store.machines.leases import Progress
from watchword.store.machines.state_machines import EXPRESS


def end_from_outside(tx: Transaction, found: Execution, status: Status, failure: Failure) -> bool:
    """Ends it. False, and nothing, when somebody has changed it since it was read."""
    checkpoint = checkpoints.read(found.checkpoint)
    event = end(checkpoint, status, timestamps.milliseconds(tx.at), failure)
    progress = Progress(
        execution_id=found.id,
        version=found.version,
        checkpoint=checkpoints.write(checkpoint),
        status=status,
        due=None,
        keeps=False,
        events=[] if found.type == EXPRESS else rows_of(found.id, [event]),
        tokens=[],
        followed=[each.id for each in executions.signals(tx, found.id) if each.id is not None],
        stopped=tx.at,
        error=failure.error or None,
        cause=failure.cause or None,
    )
    return leases.commit(tx, progress)
