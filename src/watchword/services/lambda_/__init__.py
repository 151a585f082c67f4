"""AWS Lambda: functions that run under roles."""

from watchword.services.lambda_ import functions, invocations
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {
    **functions.OPERATIONS,
    **invocations.OPERATIONS,
}
