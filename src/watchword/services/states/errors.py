"""The errors of Step Functions, in AWS's words.

Source: Step Functions API Reference, the errors of each action; AWS's answers, as users report them.
"""

from collections.abc import Iterable

from watchword.machines.diagnostics import Diagnostic
from watchword.names import AwsError

SAID = {
    "StateMachineDoesNotExist": "State Machine Does Not Exist: '{}'",
    "StateMachineAlreadyExists": "State Machine Already Exists: '{}'",
    "StateMachineDeleting": "State Machine is being deleted: '{}'",
    "StateMachineTypeNotSupported": "This operation is not supported by this type of state machine: '{}'",
    "ExecutionDoesNotExist": "Execution Does Not Exist: '{}'",
    "ExecutionAlreadyExists": "Execution Already Exists: '{}'",
    "InvalidArn": "Invalid Arn: '{}'",
    "InvalidName": "Invalid Name: '{}'",
    "InvalidExecutionInput": "Invalid State Machine Execution Input: '{}'",
    "InvalidOutput": "Invalid Output: '{}'",
    "InvalidToken": "Invalid Token: '{}'",
    "ResourceNotFound": "Resource not found: '{}'",
    "TaskTimedOut": "Task Timed Out: '{}'",
    "TaskDoesNotExist": "Task does not exist: '{}'",
    "MissingRequiredParameter": "{}",
    "TooManyTags": "{}",
    "ValidationException": "{}",
}


def error(code: str, what: object) -> AwsError:
    """The error with that code about that."""
    return AwsError(code, 400, SAID[code].format(what))


def invalid_definition(found: Iterable[Diagnostic]) -> AwsError:
    """InvalidDefinition, with all that is wrong."""
    listed = ", ".join(f"{each.code}: {each.message} at {each.location or '/'}" for each in found)
    return AwsError("InvalidDefinition", 400, f"Invalid State Machine Definition: '{listed}'")
