"""Tasks that call functions: what a function gets, and what becomes of its answer. A stand-in is called."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.gateway.test_runner import ACCOUNT, Scene, scene, until

from watchword.access import Demand
from watchword.gateway.runner.runner import Runner
from watchword.services.operation import Call, Output, pure
from watchword.services.table import SERVED
from watchword.store.machines import executions

__all__ = ["scene"]
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
INVOKE = "arn:aws:states:::lambda:invoke"
Serve = Callable[..., list[Any]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Serves Invoke with that answer; the list gets the inputs."""

    def served(answer: Output) -> list[Any]:
        given = []

        def invoke(call: Call) -> Output:
            given.append(call.input)
            return answer

        def demands(call: Call) -> tuple[Demand, ...]:
            return (Demand("lambda:InvokeFunction", call.input["FunctionName"], ACCOUNT),)

        monkeypatch.setitem(SERVED, "lambda", {"Invoke": pure(invoke, demands)})
        return given

    return served


def ended(scene: Scene, **task: Any) -> Any:
    execution = scene.start(
        scene.machine("f", {"T": {"Type": "Task", "End": True, **task}}), input='{"a": 1}'
    )
    assert until(Runner(scene.world), lambda: scene.status(execution) != "RUNNING")
    with scene.world.database.read() as tx:
        return executions.by_arn(tx, execution)


def test_a_function_by_its_arn_gets_the_input_and_gives_the_result(scene: Scene, serve: Serve) -> None:
    given = serve({"StatusCode": 200, "Payload": b'{"b": 2}'})
    assert ended(scene, Resource=FUNCTION).output == '{"b":2}'
    assert given == [{"FunctionName": FUNCTION, "Payload": b'{"a":1}'}]


def test_an_invocation_has_the_payload_as_json_both_ways(scene: Scene, serve: Serve) -> None:
    given = serve({"StatusCode": 200, "Payload": b'"text"'})
    parameters = {"FunctionName": "f", "Payload": {"x.$": "$.a"}}
    found = json.loads(ended(scene, Resource=INVOKE, Parameters=parameters).output)
    assert found == {"ExecutedVersion": "$LATEST", "StatusCode": 200, "Payload": "text"}
    assert given == [{"FunctionName": "f", "Payload": b'{"x":1}'}]


def test_an_invocation_by_the_sdk_has_it_as_text(scene: Scene, serve: Serve) -> None:
    serve({"StatusCode": 200, "Payload": b'{"b": 2}'})
    resource, parameters = "arn:aws:states:::aws-sdk:lambda:invoke", {"FunctionName": "f", "Payload": "{}"}
    assert json.loads(ended(scene, Resource=resource, Parameters=parameters).output)["Payload"] == '{"b": 2}'


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b'{"errorType": "KeyError", "errorMessage": "x"}', "KeyError"),
        (b'{"errorMessage": "Task timed out"}', "Lambda.Unknown"),
        (b"not JSON", "Lambda.Unknown"),
    ],
)
def test_a_function_that_fails(scene: Scene, serve: Serve, payload: bytes, error: str) -> None:
    serve({"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload})
    found = ended(scene, Resource=FUNCTION)
    assert (found.error, found.cause) == (error, payload.decode())


def test_a_role_that_may_not_invoke(scene: Scene, serve: Serve) -> None:
    serve({"StatusCode": 200})
    scene.call("iam", "DeleteRolePolicy", RoleName="sfn", PolicyName="own")
    found = ended(scene, Resource=FUNCTION)
    assert found.error == "Lambda.AWSLambdaException"
    assert "lambda:InvokeFunction" in found.cause


def test_what_is_not_served(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVED, "lambda", {})  # deleting it would have it come back as the last one
    found = ended(scene, Resource=FUNCTION)
    assert (found.error, found.cause) == (
        "Lambda.AWSLambdaException",
        "lambda:Invoke is not implemented here.",
    )
