"""GetExecutionHistory: the events of an execution.

Source: Step Functions API Reference, GetExecutionHistory.
"""

from watchword.machines.history import MOST_EVENTS
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.states import pages, records
from watchword.services.states.demands import execution_of, on_execution
from watchword.services.states.errors import error
from watchword.store.machines import executions


def get_execution_history(call: Call) -> Output:
    """GetExecutionHistory."""
    found, backward = execution_of(call), call.input.get("reverseOrder", False)
    after = _number(pages.start_of(call), MOST_EVENTS + 1 if backward else 0)
    events, more = executions.history(
        call.tx, found.id, after=after, backward=backward, limit=pages.size_of(call)
    )
    with_data = call.input.get("includeExecutionData", True)
    end = pages.end(str(events[-1].number) if events else "", more=more)
    return {"events": list(records.shown(events, with_data=with_data)), **end}


def _number(position: str, first: int) -> int:
    if not position:
        return first
    if not position.isdecimal() or len(position) > len(str(MOST_EVENTS)):
        raise error("InvalidToken", "The token isn't one that this list has given.")
    return int(position)


OPERATIONS: dict[str, Operation] = {
    "GetExecutionHistory": reads(get_execution_history, on_execution),
}
