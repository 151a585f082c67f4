"""What a task does: one operation of a service, called in the session of a role, like any client's call.

An error has AWS's shape: the name of the error's class in the SDK for Java, `S3.NoSuchKeyException`, and as
cause its message with service, status and request id. `watchword explain` knows that request id.
Source: Step Functions Developer Guide, "Learning to use AWS service SDK integrations", "Invoke an AWS Lambda
function with Step Functions".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from watchword.gateway.dispatch import dispatch
from watchword.gateway.runner.sessions import ACTING, Sessions
from watchword.machines.about import About
from watchword.machines.data import Json, decode, encode
from watchword.machines.errors import RUNTIME, Failure
from watchword.machines.live import TaskCall
from watchword.machines.resources import Resource
from watchword.names import AwsError
from watchword.names.ids import new_request_id
from watchword.services.table import SERVED
from watchword.wire import Models, sdk_json
from watchword.wire import Operation as Model
from watchword.world import World

LAMBDA = "lambda"
AS_TEXT = {LAMBDA: "Payload", "states": "Input"}
"""Members that an optimized integration takes as JSON and that the operation takes as its text."""
UNMODELLED = {"": "AWSLambdaException", LAMBDA: "AWSLambdaException", "states": "AWSStepFunctionsException"}
"""What an error that isn't in the model is called by optimized integrations, which know an older SDK."""


def perform(world: World, sessions: Sessions, about: About, call: TaskCall) -> str:
    """The task's output. Raises Failure."""
    model = _model(world.models, call.resource)
    given = _given(model, call)
    caller = sessions.caller(about, call.role)
    request_id = new_request_id(world.randomness)
    try:
        output = dispatch(
            world,
            caller,
            (call.resource.service, call.resource.operation),
            given,
            via=ACTING,
            region=about.region,
            request_id=request_id,
        )
    except AwsError as error:
        raise _failure(call.resource, model, error, request_id) from None
    return encode(_result(call.resource, sdk_json.write_output(model, output)))


def perform_alone(world: World, about: About, call: TaskCall) -> str:
    """The output of a task that belongs to no execution. The role is assumed for it alone. Raises Failure."""
    return perform(world, Sessions(world), about, call)


def _model(models: Models, resource: Resource) -> Model:
    if resource.operation not in SERVED.get(resource.service, {}):
        said = f"{resource.service}:{resource.operation} is not implemented here."
        raise Failure(_named(resource, ""), said)
    return models.service(resource.service).operation(resource.operation)


def _given(model: Model, call: TaskCall) -> dict[str, Any]:
    """The operation's input. Raises Failure."""
    arguments = decode(call.arguments)
    if call.resource.function:
        arguments = {"FunctionName": call.resource.function, "Payload": call.arguments}
    member = AS_TEXT.get(call.resource.kind, "")
    if isinstance(arguments, dict) and member in arguments:
        arguments = {**arguments, member: msgspec.json.encode(arguments[member]).decode()}
    try:
        return sdk_json.read_input(model, arguments)
    except sdk_json.Unfit as unfit:
        said = f"The Parameters '{call.arguments[:1000]}' could not be used to start the Task: [{unfit}]"
        raise Failure(RUNTIME, said) from None
    except AwsError as invalid:
        raise _failure(call.resource, model, invalid, "") from None


def _result(resource: Resource, output: Json) -> Json:
    """What a function gave is its result; one that failed has AWS's words for how."""
    if resource.service != LAMBDA or resource.kind not in ("", LAMBDA):
        return output
    payload = _payload(output)
    if output.get("FunctionError"):
        raise _function_failure(output["Payload"], payload)
    if not resource.kind:
        return payload
    return {"ExecutedVersion": "$LATEST", **output, "Payload": payload}


def _payload(output: Mapping[str, Json]) -> Json:
    text = output.get("Payload", "")
    try:
        return decode(text) if text else None
    except ValueError:
        return text


def _function_failure(text: str, payload: Json) -> Failure:
    kind = payload.get("errorType") if isinstance(payload, dict) else None
    return Failure(kind if isinstance(kind, str) and kind else "Lambda.Unknown", text)


def _failure(resource: Resource, model: Model, error: AwsError, request_id: str) -> Failure:
    found = sdk_json.read_error(model, error)
    more = f"Service: {resource.prefix}, Status Code: {found.status}, Request ID: {request_id}"
    return Failure(_named(resource, found.name), f"{found.message} ({more})")


def _named(resource: Resource, name: str) -> str:
    """An error by its class; `name` is empty for one that isn't in the model."""
    unmodelled = UNMODELLED.get(resource.kind, f"{resource.prefix}Exception")
    return f"{resource.prefix}.{name or unmodelled}"
