"""What came of an invocation, in the words that Lambda has for it.

A function's error isn't an error of the operation: Invoke succeeds, and its answer says `FunctionError`.
Source: AWS Lambda Developer Guide, "Troubleshoot invocation issues in Lambda"; the documents that Lambda
answers.
"""

import json

from msgspec import Struct

from watchword.functions.runtime_api import MOST_RESPONSE, Answer
from watchword.functions.sandbox.spec import FAILED, SIGNALLED

UNHANDLED = "Unhandled"
_SIGNALS = {4: "illegal instruction", 6: "aborted", 7: "bus error", 9: "killed", 11: "segmentation fault"}
_SIGNALS |= {15: "terminated", 25: "file size limit exceeded", 31: "bad system call"}


class Outcome(Struct, frozen=True):
    """The answer of a function, or the document that says why there is none."""

    payload: bytes
    error: str = ""
    """UNHANDLED, or empty for success."""
    reusable: bool = True
    """Whether its instance can run another invocation."""


def answered(answer: Answer, *, reusable: bool) -> Outcome:
    """What the function itself answered."""
    if answer.too_large:
        said = f"Response payload size exceeded maximum allowed payload size ({MOST_RESPONSE} bytes)."
        return _error("Function.ResponseSizeTooLarge", said, reusable=reusable)
    return Outcome(answer.payload, UNHANDLED if answer.failed else "", reusable)


def timed_out(request_id: str, seconds: float) -> Outcome:
    """It took too long, and was killed."""
    said = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return _error("Sandbox.Timedout", said)


def exited(request_id: str, status: int) -> Outcome:
    """Its process ended by itself."""
    if status == FAILED:
        return _error("Sandbox.Failure", f"RequestId: {request_id} Error: the sandbox could not be made")
    if status == 0:
        return _error(
            "Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited without providing a reason"
        )
    how = f"exit status {status}"
    if status > SIGNALLED:
        number = status - SIGNALLED
        how = f"signal: {_SIGNALS.get(number, f'signal {number}')}"
    return _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")


def out_of_memory(request_id: str) -> Outcome:
    """It held more memory than it may, and was killed."""
    return _error(
        "Runtime.OutOfMemory", f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    )


def _error(kind: str, said: str, *, reusable: bool = False) -> Outcome:
    document = json.dumps({"errorType": kind, "errorMessage": said}, separators=(",", ":"))
    return Outcome(document.encode(), UNHANDLED, reusable)
