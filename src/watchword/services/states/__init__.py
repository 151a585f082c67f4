"""AWS Step Functions."""

from watchword.services.operation import Operation
from watchword.services.states import (
    definitions,
    executions,
    histories,
    machines,
    synchronous,
    tags,
    tasks,
    trials,
)

OPERATIONS: dict[str, Operation] = {
    **definitions.OPERATIONS,
    **machines.OPERATIONS,
    **executions.OPERATIONS,
    **histories.OPERATIONS,
    **synchronous.OPERATIONS,
    **tags.OPERATIONS,
    **tasks.OPERATIONS,
    **trials.OPERATIONS,
}
