"""What a function does, and what is answered: its value, its error, or why it was ended."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.services.lambda_.packages import zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

MIB = 1 << 20


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start() as probe:
        yield probe


def function(probe: Probe, name: str, code: str, **more: Any) -> str:
    """Another function, with that code."""
    made = {**probe.made, "FunctionName": name, "Code": {"ZipFile": zipped(app=code)}, **more}
    probe.client.create_function(**made)
    return name


def test_an_event_is_answered(probe: Probe) -> None:
    answer = probe.client.invoke(FunctionName="probe", Payload=json.dumps({"code": "result = event = 7"}))
    assert (answer["StatusCode"], answer["ExecutedVersion"], answer["Payload"].read()) == (
        200,
        "$LATEST",
        b"7",
    )
    assert "FunctionError" not in answer
    assert "LogResult" not in answer


def test_the_context_is_of_this_invocation(probe: Probe) -> None:
    members = ("aws_request_id", "invoked_function_arn", "function_name", "memory_limit_in_mb")
    asked = ", ".join(f"context.{member}" for member in members)
    code = json.dumps({"code": f"result = [{asked}, context.get_remaining_time_in_millis() > 30_000]"})
    answer = probe.client.invoke(FunctionName="probe", Payload=code)
    arn = f"arn:aws:lambda:us-east-1:{probe.server.account}:function:probe"
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert json.loads(answer["Payload"].read()) == [request_id, arn, "probe", "128", True]


def test_no_event_is_an_empty_one(probe: Probe) -> None:
    echo = function(
        probe, "echo", "def handler(event, context): return [event, context.client_context.custom['a']]"
    )
    context = base64.b64encode(json.dumps({"custom": {"a": "ü\r\n"}}).encode()).decode()
    answer = probe.client.invoke(FunctionName=echo, ClientContext=context)
    assert json.loads(answer["Payload"].read()) == [{}, "ü\r\n"]


@pytest.mark.parametrize("event", [b"{", b"NaN", b'"\xff"', b"[" * 100_000, b"{} {}"])
def test_an_event_is_json(probe: Probe, event: bytes) -> None:
    with pytest.raises(ClientError, match="InvalidRequestContentException"):
        probe.client.invoke(FunctionName="probe", Payload=event)


@pytest.mark.parametrize("context", ["no base64!", base64.b64encode(b"7").decode()])
def test_a_client_context_is_an_object(probe: Probe, context: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        probe.client.invoke(FunctionName="probe", ClientContext=context)


def test_large_events_and_answers_arrive_whole(probe: Probe) -> None:
    """Beyond what is held in memory, and beyond what a socket takes at once."""
    echo = function(probe, "large", "def handler(event, context): return event")
    event = json.dumps("x" * (5 * MIB)).encode()
    assert probe.client.invoke(FunctionName=echo, Payload=event)["Payload"].read() == event


def test_an_event_is_not_too_large(probe: Probe) -> None:
    event = json.dumps("x" * (6 * MIB)).encode()
    with pytest.raises(ClientError, match="RequestEntityTooLargeException"):
        probe.client.invoke(FunctionName="probe", Payload=event)


def test_a_dry_run_runs_nothing(probe: Probe) -> None:
    answer = probe.client.invoke(FunctionName="probe", InvocationType="DryRun", Payload=b"{}")
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")


def test_the_log_has_what_it_wrote(probe: Probe) -> None:
    probe.run("print('to output'); print('to errors', file=sys.stderr)")
    lines = probe.log.splitlines()
    assert lines[0].startswith("START RequestId: ")
    assert lines[0].endswith(" Version: $LATEST")
    assert {"to output", "to errors"} <= set(lines)
    assert lines[-2].startswith("END RequestId: ")
    assert "\tMemory Size: 128 MB\tMax Memory Used: " in lines[-1]


def test_a_warm_instance_is_used_again_and_its_clients_too(probe: Probe) -> None:
    with probe.alone() as warm:
        warm.run("builtins.kept = boto3.client('sts')")
        assert warm.see("builtins.kept.get_caller_identity()['Account']") == probe.server.account
        assert "Init Duration" not in warm.log


def test_a_change_of_configuration_needs_another_instance(probe: Probe) -> None:
    with probe.alone() as changed:
        changed.run("builtins.kept = 1")
        changed.client.update_function_configuration(
            FunctionName=changed.name, Environment={"Variables": {"COLOUR": "red"}}
        )
        assert changed.see("[os.environ['COLOUR'], hasattr(builtins, 'kept')]") == ["red", False]


FAILS = {  # what the handler does -> the type of the error, and words of its message
    "raise ValueError('no')": ("ValueError", "no"),
    "sys.exit(3)": ("Runtime.ExitError", "exit status 3"),
    "os._exit(0)": ("Runtime.ExitError", "Runtime exited without providing a reason"),
    "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass": (
        "Runtime.ExitError",
        "signal: killed",
    ),
    "import ctypes\nctypes.string_at(0)": ("Runtime.ExitError", "signal: segmentation fault"),
    "result = 'x' * (7 << 20)": ("Function.ResponseSizeTooLarge", "(6291556 bytes)"),
    "result = object()": ("Runtime.MarshalError", "Unable to marshal response"),
}


@pytest.mark.parametrize("code", FAILS)
def test_a_functions_error_is_an_answer(probe: Probe, code: str) -> None:
    kind, said = FAILS[code]
    answer = probe.client.invoke(FunctionName="probe", Payload=json.dumps({"code": code}))
    document = json.loads(answer["Payload"].read())
    assert (answer["StatusCode"], answer["FunctionError"], document["errorType"]) == (200, "Unhandled", kind)
    assert said in document["errorMessage"]
    assert probe.see("1") == 1  # the next one is served


@pytest.mark.parametrize(
    "code", ["while True: pass", "time.sleep(60)", "os.fork() or os.setsid()\nwhile True: pass"]
)
def test_what_takes_too_long_is_killed(probe: Probe, code: str) -> None:
    with probe.alone(timeout=1) as slow:
        document = slow.run(code)
        assert document["errorType"] == "Sandbox.Timedout"
        assert "Task timed out after 1.00 seconds" in document["errorMessage"]


DOES_NOT_START = {  # the code -> the type of the error
    "raise ValueError('in init')": "ValueError",
    "import nothing_of_that_name": "Runtime.ImportModuleError",
    "def handler(": "Runtime.UserCodeSyntaxError",
    "other = 1": "Runtime.HandlerNotFound",
    "import os; os._exit(1)": "Runtime.ExitError",
    "import sys; sys.exit(0)": "Runtime.ExitError",
}


@pytest.mark.parametrize(("number", "code"), list(enumerate(DOES_NOT_START)))
def test_a_function_that_dies_in_init(probe: Probe, number: int, code: str) -> None:
    name = function(probe, f"stillborn-{number}", code)
    for _ in range(2):
        answer = probe.client.invoke(FunctionName=name)
        assert answer["FunctionError"] == "Unhandled"
        assert json.loads(answer["Payload"].read())["errorType"] == DOES_NOT_START[code]


def test_a_program_of_its_own(probe: Probe) -> None:
    """provided.al2023: the package's bootstrap speaks the runtime API itself."""
    program = """#!/bin/sh
exec python3 - <<'EOF'
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    event = api.getresponse()
    number, body = event.getheader("Lambda-Runtime-Aws-Request-Id"), event.read()
    api.request("POST", f"/2018-06-01/runtime/invocation/{number}/response", b"[" + body + b"]")
    api.getresponse().read()
EOF
"""
    package = zipped(files={"bootstrap": program})
    name = function(probe, "own", "", Runtime="provided.al2023", Handler="x", Code={"ZipFile": package})
    for event in (b"1", b"2"):
        assert probe.client.invoke(FunctionName=name, Payload=event)["Payload"].read() == b"[" + event + b"]"


def test_a_function_may_call_itself(probe: Probe) -> None:
    """Each call waits in a thread of its own kind, so the server goes on answering; and there is a limit."""
    code = """
def handler(event, context):
    import boto3, json
    from botocore.config import Config
    client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    try:
        answer = client.invoke(FunctionName="deep", Payload=json.dumps(event + 1))
    except client.exceptions.TooManyRequestsException:
        return event
    return json.loads(answer["Payload"].read())
"""
    probe.allow("lambda:InvokeFunction")
    name = function(probe, "deep", code, Timeout=120)
    assert json.loads(probe.client.invoke(FunctionName=name, Payload=b"1")["Payload"].read()) == 32
