"""The runtime API of one instance, as values: which request may come when, and what it is answered.

    state       next            response, error       init/error
    STARTING    -> READY        refused               -> FAILED
    READY       (it waits)      refused               refused
    RUNNING     refused         -> ANSWERED           refused
    ANSWERED    -> READY        refused               refused
    FAILED      refused         refused               refused

1. `next` is answered when there is an invocation. That moment ends the one before: only then its answer
   counts.
2. An answer names its invocation, and there is one for each.
3. A response has at most MOST_RESPONSE bytes. A longer one is the function's error.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes" and its OpenAPI
document;
for the texts of errors, what Lambda answers. What is said to the caller of a function is in `outcomes`.
"""

import json
import re
from collections.abc import Mapping
from enum import Enum, auto
from http import HTTPStatus

from msgspec import Struct

from watchword.functions.http import Request, response

MOST_RESPONSE = (6 << 20) + 100
_PREFIX = "/2018-06-01/runtime/"
_NEXT = f"{_PREFIX}invocation/next"
_INIT_ERROR = f"{_PREFIX}init/error"
_ANSWER = re.compile(re.escape(_PREFIX) + r"invocation/([^/]{1,100})/(response|error)")
_OK = b'{"status":"OK"}\n'


class State(Enum):
    """Where an instance stands."""

    STARTING = auto()
    READY = auto()
    RUNNING = auto()
    ANSWERED = auto()
    FAILED = auto()


class Invocation(Struct, frozen=True):
    """One event for a function."""

    request_id: str
    event: bytes
    function_arn: str
    client_context: str = ""


class Answer(Struct, frozen=True):
    """What the runtime said of an invocation, or of its own start."""

    payload: bytes
    failed: bool = False
    too_large: bool = False


class RuntimeApi:
    """The state of one instance."""

    def __init__(self) -> None:
        self.state = State.STARTING
        self.answer: Answer | None = None
        """Of the invocation that runs, or ran last; or why it failed to start."""
        self._request_id = ""

    def begin(self, invocation: Invocation, deadline: int) -> bytes:
        """The answer to the `next` that waits. deadline: milliseconds since 1970."""
        if self.state is not State.READY:
            raise RuntimeError("no runtime waits for an invocation")
        self.state, self.answer, self._request_id = State.RUNNING, None, invocation.request_id
        return response(HTTPStatus.OK, invocation.event, _headers(invocation, deadline))

    def take(self, request: Request) -> bytes | None:
        """The answer to a request; None for a `next`, which waits."""
        path = request.path.partition("?")[0]
        if (request.method, path) == ("GET", _NEXT):
            return self._next()
        if (request.method, path) == ("POST", _INIT_ERROR):
            return self._init_error(request)
        if request.method == "POST" and (named := _ANSWER.fullmatch(path)):
            return self._answer(request, named[1], failed=named[2] == "error")
        return _refused(HTTPStatus.NOT_FOUND, "NotFound", "There is no such path.")

    def _next(self) -> bytes | None:
        if self.state in (State.STARTING, State.ANSWERED, State.READY):
            self.state = State.READY
            return None
        return _not_now()

    def _init_error(self, request: Request) -> bytes:
        if self.state is not State.STARTING:
            return _not_now()
        self.state, self.answer = State.FAILED, Answer(request.body or b"", failed=True)
        return response(HTTPStatus.ACCEPTED, _OK)

    def _answer(self, request: Request, request_id: str, *, failed: bool) -> bytes:
        if self.state is not State.RUNNING:
            return _not_now()
        if request_id != self._request_id:
            return _refused(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        self.state = State.ANSWERED
        if request.body is None:
            self.answer = Answer(b"", failed=True, too_large=True)
            said = f"Exceeded maximum allowed payload size ({MOST_RESPONSE} bytes)."
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", said)
        self.answer = Answer(request.body, failed)
        return response(HTTPStatus.ACCEPTED, _OK)


def _headers(invocation: Invocation, deadline: int) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(deadline),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
    }
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers


def _not_now() -> bytes:
    return _refused(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "State transition is not allowed")


def _refused(status: HTTPStatus, kind: str, said: str) -> bytes:
    document: Mapping[str, str] = {"errorMessage": said, "errorType": kind}
    return response(status, json.dumps(document).encode())
