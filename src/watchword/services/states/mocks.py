"""Mocks of TestState: what can be mocked, and by what.

1. A mock is a result or an error, of a state that has one: Task, Map, Parallel. States that begin other runs,
   or wait for a token, can only be mocked.
2. A mocked result is held against the model of the operation's output, as strictly as is asked. What comes by
   a token can be anything.
3. A context object goes with a mock only, and secrets without one.

Source: Step Functions Developer Guide, "Testing state machines with TestState API", "Mocking service
integrations".
"""

from watchword.machines.data import Json, decode
from watchword.machines.definition import Map, Parallel, State, Task
from watchword.machines.resources import Resource
from watchword.machines.trial import named
from watchword.names import AwsError, fault
from watchword.services.operation import Call
from watchword.services.states.errors import error
from watchword.wire import Models, sdk_json

STRICT, NONE = "STRICT", "NONE"
_DISTRIBUTED = ("mapItemReaderData", "mapIterationFailureCount")


def check_request(call: Call) -> None:
    """What can't be asked together, whatever the state is. Raises ValidationException."""
    given, mock = call.input, call.input.get("mock")
    if given.get("inspectionLevel") == "TRACE":
        raise _invalid("TRACE is for HTTP tasks, which aren't served here.")
    for member in _DISTRIBUTED:
        if member in given.get("stateConfiguration", {}):
            raise fault(
                "NotImplemented", f"{member} is not implemented: it is for a Map in distributed mode."
            )
    if mock is None:
        if "context" in given:
            raise _invalid("A context object can only be given with a mock.")
        return
    if given.get("revealSecrets"):
        raise _invalid("Secrets can't be revealed with a mock.")
    if ("result" in mock) == ("errorOutput" in mock):
        raise _invalid("A mock has either a result or an errorOutput.")
    if "errorOutput" in mock and not mock["errorOutput"].get("error"):
        raise _invalid("A mocked error must have a name.")


def check_mock(call: Call, state: State) -> None:
    """Whether the state and its mock fit each other. Raises ValidationException."""
    mock, around = call.input.get("mock"), isinstance(state, Map | Parallel)
    if mock is None:
        if around or (isinstance(state, Task) and state.resource.waits):
            raise _invalid("This state can only be tested with a mock.")
        return
    if not around and not isinstance(state, Task):
        raise _invalid("A mock can only be given for Task, Map and Parallel states.")
    name = call.input.get("stateConfiguration", {}).get("errorCausedByState")
    if name is not None and not _has(state, name):
        raise _invalid(f"errorCausedByState: there is no state {name!r} in this one.")
    if "result" in mock:
        mode = mock.get("fieldValidationMode", STRICT)
        _check_result(call.world.models, state, _read(mock["result"]), mode)


def _check_result(models: Models, state: State, result: Json, mode: str) -> None:
    match state:
        case Parallel(branches=branches) if not isinstance(result, list) or len(result) != len(branches):
            raise _invalid("The mocked result of a Parallel must be an array with an item for each branch.")
        case Map() if not isinstance(result, list):
            raise _invalid("The mocked result of a Map must be an array.")
        case Task(resource=resource) if resource.kind and not resource.waits and mode != NONE:
            _check_output(models, resource, result, whole=mode == STRICT)


def _check_output(models: Models, resource: Resource, result: Json, *, whole: bool) -> None:
    try:
        model = models.service(resource.service).operation(resource.operation)
    except KeyError:
        raise _invalid(f"There is no operation {resource.operation} of {resource.service} here.") from None
    try:
        sdk_json.check_output(model, result, whole=whole)
    except sdk_json.Unfit as unfit:
        raise _invalid(f"The mocked result isn't one of {resource.operation}: {unfit}") from None


def _read(text: str) -> Json:
    try:
        return decode(text)
    except ValueError as unreadable:
        raise _invalid(f"The mocked result isn't JSON: {unreadable}") from None


def _has(state: State, name: str) -> bool:
    """Whether a state of that name is inside of it."""
    match state:
        case Parallel(branches=branches):
            return any(named(branch, name) for branch in branches)
        case Map(processor=processor):
            return named(processor, name) is not None
        case _:
            return False


def _invalid(said: str) -> AwsError:
    return error("ValidationException", said)
