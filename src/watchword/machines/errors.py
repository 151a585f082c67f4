"""The errors of the States Language: what a state fails with, and what retriers and catchers may match.

1. `States.ALL` stands alone and last, and matches every error but the two that are terminal.
2. `States.TaskFailed` matches every error of a task but States.Timeout, as far as it isn't terminal.
3. Terminal errors end the execution: no wildcard matches them, and States.Runtime is never matched at all.

Sources: Amazon States Language, "Errors", Appendix A; Step Functions Developer Guide, "Handling errors in
Step Functions workflows".
"""

ALL = "States.ALL"
BRANCH_FAILED = "States.BranchFailed"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
EXCEED_TOLERATED = "States.ExceedToleratedFailureThreshold"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
INTRINSIC_FAILURE = "States.IntrinsicFailure"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"
PARAMETER_PATH_FAILURE = "States.ParameterPathFailure"
PERMISSIONS = "States.Permissions"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure"
RUNTIME = "States.Runtime"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"

NAMES = frozenset(
    {
        *(ALL, BRANCH_FAILED, DATA_LIMIT_EXCEEDED, EXCEED_TOLERATED, HEARTBEAT_TIMEOUT, INTRINSIC_FAILURE),
        *(NO_CHOICE_MATCHED, PARAMETER_PATH_FAILURE, PERMISSIONS, QUERY_EVALUATION_ERROR),
        *(RESULT_PATH_MATCH_FAILURE, RUNTIME, TASK_FAILED, TIMEOUT),
        *("States.ItemReaderFailed", "States.ResultWriterFailed"),
    }
)
"""The reserved names. No other error begins with "States."."""
MOST_CAUSE = 32768
"""Characters of a cause (Step Functions API Reference, SensitiveCause)."""
MOST_ERROR = 256
MOST_LOCATION = 256


class Failure(Exception):  # noqa: N818 what a state fails with, as the language calls it
    """A state fails: the error's name and its cause, without NUL, which PostgreSQL can't store."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error[:MOST_ERROR].replace("\0", "\ufffd")
        self.cause = cause[:MOST_CAUSE].replace("\0", "\ufffd")


class EvaluationFailure(Failure):
    """An expression of JSONata fails; `location` is its place in the state."""

    def __init__(self, cause: str, location: str) -> None:
        super().__init__(QUERY_EVALUATION_ERROR, cause)
        self.location = location[:MOST_LOCATION]


def matches(wanted: str, error: str) -> bool:
    """Whether a retrier or catcher of the error `wanted` is for `error`."""
    if error == RUNTIME:
        return False  # 3.
    if wanted == error:
        return True
    if error == DATA_LIMIT_EXCEEDED:
        return False  # 3.
    if wanted == ALL:
        return True  # 1.
    return wanted == TASK_FAILED and error not in {TIMEOUT, HEARTBEAT_TIMEOUT}  # 2.
