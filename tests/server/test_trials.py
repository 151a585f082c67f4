"""TestState as clients see it: what a state does with its data, in whose role, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.server.test_state_machines import (
    ONE,
    STATES,
    TWO,
    Account,
    Json,
    account,
    allow,
    role_of,
    trust,
)

from watchword.testing import Server

LIST = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getRole"}
INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
TOKEN = {**INVOKE, "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True}
ROLE = f"arn:aws:iam::{ONE}:role/tester"
MACHINE = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.l",
            "ItemSelector": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"},
            "MaxConcurrency": 2,
            "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": {**INVOKE, "End": True}}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
            "Next": "Sorry",
        },
        "Sorry": {"Type": "Fail", "Error": "Sorry"},
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.start("--account", f"{ONE},{TWO}") as started:
        yield started


@pytest.fixture(scope="module")
def one(server: Server) -> Account:
    found = account(server, ONE)
    found.role("tester", trust(STATES), allow("iam:GetRole"))
    return found


@pytest.fixture(scope="module")
def states(server: Server, one: Account) -> BaseClient:
    return client(server, **server.arguments_of(ONE))


def client(server: Server, **keys: Any) -> BaseClient:
    return boto3.client("stepfunctions", **keys, config=Config(inject_host_prefix=False))


def tried(states: BaseClient, state: Json, given: Any = None, **more: Any) -> Json:
    more = {"roleArn": ROLE, **more} if "mock" not in more else more
    text = json.dumps({} if given is None else given)
    found: Json = states.test_state(definition=json.dumps(state), input=text, **more)
    del found["ResponseMetadata"]
    return found


def test_a_task_is_performed_in_the_role(states: BaseClient) -> None:
    state = {**LIST, "Parameters": {"RoleName.$": "$.name"}, "OutputPath": "$.Role.RoleName", "Next": "Then"}
    assert tried(states, state, {"name": "tester"}) == {
        "status": "SUCCEEDED",
        "output": '"tester"',
        "nextState": "Then",
    }


def test_a_task_that_the_role_may_not_do(states: BaseClient) -> None:
    state = {
        **LIST,
        "Resource": "arn:aws:states:::aws-sdk:iam:deleteRole",
        "Parameters": {"RoleName": "tester"},
    }
    found = tried(states, {**state, "End": True})
    assert (found["status"], found["error"]) == ("FAILED", "Iam.IamException")
    assert "is not authorized to perform: iam:DeleteRole" in found["cause"]


def test_a_choice(states: BaseClient) -> None:
    rules = [{"Variable": "$.n", "NumericEquals": n, "Next": f"Equals {n}"} for n in (1, 2)]
    state = {"Type": "Choice", "Choices": rules, "Default": "No"}
    assert tried(states, state, {"n": 2}) == {
        "status": "SUCCEEDED",
        "output": '{"n":2}',
        "nextState": "Equals 2",
    }
    assert tried(states, state, {"n": 3})["nextState"] == "No"


def test_what_the_data_are_between_the_fields(states: BaseClient) -> None:
    state = {
        "Type": "Task",
        "Resource": LIST["Resource"],
        "InputPath": "$.in",
        "Parameters": {"RoleName.$": "$.name"},
        "ResultSelector": {"r.$": "$.Role.RoleName"},
        "ResultPath": "$.out",
        "OutputPath": "$.out",
        "Assign": {"kept.$": "$.Role.Path"},
        "End": True,
    }
    given = {"in": {"name": "tester"}}
    found = tried(states, state, given, inspectionLevel="DEBUG", variables='{"was": 1}')
    data = {name: json.loads(text) for name, text in found["inspectionData"].items()}
    assert data.pop("result")["Role"]["Path"] == "/"
    assert data == {
        "input": given,
        "afterInputPath": {"name": "tester"},
        "afterParameters": {"RoleName": "tester"},
        "afterResultSelector": {"r": "tester"},
        "afterResultPath": {**given, "out": {"r": "tester"}},
        "variables": {"was": 1, "kept": "/"},
    }
    assert found["output"] == '{"r":"tester"}'


def test_the_data_up_to_where_it_failed(states: BaseClient) -> None:
    state = {"Type": "Pass", "InputPath": "$.a", "Parameters": {"x.$": "$.none"}, "End": True}
    found = tried(states, state, {"a": {}}, inspectionLevel="DEBUG")
    assert (found["status"], found["error"]) == ("FAILED", "States.ParameterPathFailure")
    assert found["inspectionData"] == {"input": '{"a": {}}', "afterInputPath": "{}"}


def test_a_state_in_jsonata(states: BaseClient) -> None:
    state = {
        "QueryLanguage": "JSONata",
        **LIST,
        "Arguments": {"RoleName": "{% $name %}"},
        "Output": "{% $states.result.Role.RoleName & $states.input %}",
        "End": True,
    }
    found = tried(states, state, "!", variables='{"name": "tester"}', inspectionLevel="DEBUG")
    assert found["output"] == '"tester!"'
    data = found["inspectionData"]
    assert data["afterArguments"] == '{"RoleName":"tester"}'
    assert {"afterInputPath", "afterParameters", "afterResultPath"} & data.keys() == set()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"Type": "Wait", "Seconds": 1_000_000, "Next": "X"}, {"status": "SUCCEEDED", "nextState": "X"}),
        ({"Type": "Succeed"}, {"status": "SUCCEEDED"}),
        ({"Type": "Fail", "Error": "E", "Cause": "c"}, {"status": "FAILED", "error": "E", "cause": "c"}),
    ],
)
def test_states_that_end_or_wait(states: BaseClient, state: Json, status: Json) -> None:
    found = tried(states, state)
    assert found.pop("output", "{}") == "{}"
    assert found == status


# --- mocks -----------------------------------------------------------------------------------------------


def error(name: str, cause: str = "so") -> Json:
    return {"errorOutput": {"error": name, "cause": cause}}


def test_a_mocked_result_needs_no_role(states: BaseClient) -> None:
    state = {**INVOKE, "OutputPath": "$.Payload", "End": True}
    found = tried(states, state, mock={"result": '{"Payload": {"a": 1}, "StatusCode": 200}'})
    assert found == {"status": "SUCCEEDED", "output": '{"a":1}'}
    assert tried(states, TOKEN, mock={"result": '"anything"'})["output"] == '"anything"'


def test_a_mocked_error_is_retried_then_caught(states: BaseClient) -> None:
    retry = {"ErrorEquals": ["Bad"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}
    other = {"ErrorEquals": ["Other"], "Next": "No"}
    catch = {"ErrorEquals": ["Bad"], "ResultPath": "$.error", "Next": "Handle"}
    state = {**INVOKE, "Retry": [retry], "Catch": [other, catch], "Next": "Then"}

    def after(retries: int) -> Json:
        return tried(
            states,
            state,
            {"a": 1},
            mock=error("Bad"),
            stateConfiguration={"retrierRetryCount": retries},
            inspectionLevel="DEBUG",
        )

    found = after(1)
    details = {"retryIndex": 0, "retryBackoffIntervalSeconds": 4}
    assert (found["status"], found["inspectionData"]["errorDetails"]) == ("RETRIABLE", details)
    found = after(3)
    assert (found["status"], found["nextState"]) == ("CAUGHT_ERROR", "Handle")
    assert json.loads(found["output"]) == {"a": 1, "error": {"Error": "Bad", "Cause": "so"}}
    assert found["inspectionData"]["errorDetails"] == {"catchIndex": 1}


def test_a_mocked_error_that_nothing_handles(states: BaseClient) -> None:
    found = tried(states, {**INVOKE, "End": True}, mock=error("Bad"))
    assert found == {"status": "FAILED", "error": "Bad", "cause": "so"}


def test_a_map_is_mocked_as_a_whole(states: BaseClient) -> None:
    more = {"stateName": "Each", "mock": {"result": "[10, 20]"}, "inspectionLevel": "DEBUG"}
    found = tried(states, MACHINE, {"l": ["a", "b"]}, **more)
    assert (found["output"], found["nextState"]) == ("[10,20]", "Sorry")
    data = found["inspectionData"]
    assert data["maxConcurrency"] == 2
    assert json.loads(data["afterItemsPath"]) == ["a", "b"]
    assert json.loads(data["afterItemSelector"]) == [{"v": "a", "i": 0}, {"v": "b", "i": 1}]
    inner = {"errorCausedByState": "Inner"}
    found = tried(states, MACHINE, {"l": []}, stateName="Each", mock=error("Bad"), stateConfiguration=inner)
    assert (found["status"], found["nextState"]) == ("CAUGHT_ERROR", "Sorry")


def test_a_state_inside_of_a_map_has_an_item(states: BaseClient) -> None:
    inner = {**INVOKE, "Parameters": {"FunctionName.$": "$$.Map.Item.Value"}, "End": True}
    machine = json.loads(json.dumps(MACHINE))
    machine["States"]["Each"]["ItemProcessor"]["States"]["Inner"] = inner
    more = {"stateName": "Inner", "mock": {"result": "{}"}, "inspectionLevel": "DEBUG"}
    found = tried(states, machine, "f", **more)
    assert found["inspectionData"]["afterParameters"] == '{"FunctionName":"f"}'


def test_a_context_object_that_is_given(states: BaseClient) -> None:
    state = {**INVOKE, "Parameters": {"FunctionName.$": "$$.Execution.Name"}, "End": True}
    context = json.dumps({"Execution": {"Name": "first"}})
    found = tried(states, state, mock={"result": "{}"}, context=context, inspectionLevel="DEBUG")
    assert found["inspectionData"]["afterParameters"] == '{"FunctionName":"first"}'


# --- what is refused -------------------------------------------------------------------------------------

PASS = {"Type": "Pass", "End": True}
TASK = {**INVOKE, "End": True}
PARALLEL = {
    "Type": "Parallel",
    "Branches": [{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}],
    "End": True,
}
GET = {**LIST, "Parameters": {"RoleName": "r"}, "End": True}
RIGHT = {
    "Role": {"RoleName": "r", "RoleId": "i", "Arn": "a", "Path": "/", "CreateDate": "2026-01-01T00:00:00Z"}
}


@pytest.mark.parametrize(
    ("state", "more", "said"),
    [
        (PASS, {"inspectionLevel": "TRACE"}, "HTTP tasks"),
        (PASS, {"mock": {"result": "1"}}, "Task, Map and Parallel"),
        (PASS, {"context": "{}"}, "only be given with a mock"),
        (PASS, {"variables": "[]"}, "must be an object"),
        (PASS, {"variables": "{"}, "isn't JSON"),
        (PASS, {"variables": '{"a.b": 1}'}, "name"),
        (PASS, {"variables": json.dumps({"a": "x" * 262_000})}, None),
        (TASK, {"mock": {}}, "either a result or an errorOutput"),
        (TASK, {"mock": {"result": "1", **error("E")}}, "either a result or an errorOutput"),
        (TASK, {"mock": {"errorOutput": {"cause": "c"}}}, "must have a name"),
        (TASK, {"mock": {"result": "{}"}, "revealSecrets": True}, "can't be revealed"),
        (TASK, {"mock": {"result": "{"}}, "isn't JSON"),
        (TASK, {"mock": {"result": "[]"}}, "isn't one of Invoke"),
        (TASK, {"mock": {"result": '{"StatusCode": "200"}'}}, "'StatusCode' must be of the type integer"),
        (GET, {"mock": {"result": "{}"}}, "'Role' is missing"),
        (GET, {"mock": {"result": json.dumps(RIGHT)}}, None),
        (GET, {"mock": {"result": json.dumps({"Role": {**RIGHT["Role"], "CreateDate": "x"}})}}, "timestamp"),
        (GET, {"mock": {"result": "{}", "fieldValidationMode": "PRESENT"}}, None),
        (GET, {"mock": {"result": '{"Role": 1}', "fieldValidationMode": "PRESENT"}}, "type structure"),
        (GET, {"mock": {"result": '{"Role": 1}', "fieldValidationMode": "NONE"}}, None),
        (TOKEN, {}, "only be tested with a mock"),
        (PARALLEL, {}, "only be tested with a mock"),
        (PARALLEL, {"mock": {"result": "[1, 2]"}}, "an item for each branch"),
        (PARALLEL, {"mock": {"result": "[1]"}}, None),
        (PARALLEL, {"mock": error("E"), "stateConfiguration": {"errorCausedByState": "X"}}, "no state 'X'"),
        (MACHINE, {"stateName": "Each", "mock": {"result": "{}"}}, "must be an array"),
        (MACHINE, {"stateName": "None", "mock": {"result": "{}"}}, "no state 'None'"),
    ],
)
def test_what_does_not_fit(states: BaseClient, state: Json, more: Json, said: str | None) -> None:
    given = {"l": []} if state is MACHINE else None
    if said is None:
        assert tried(states, state, given, **more)["status"] == "SUCCEEDED"
        return
    with pytest.raises(states.exceptions.ValidationException, match=said):
        tried(states, state, given, **more)


def test_definitions_and_inputs_that_are_wrong(states: BaseClient) -> None:
    for state in (
        {"Type": "Pas"},
        {"Type": "Pass"},
        [],
        {**PASS, "QueryLanguage": "JSONata", "Output": "{% ( %}"},
    ):
        with pytest.raises(states.exceptions.InvalidDefinition):
            tried(states, state)  # type: ignore[arg-type]  # one is no state at all
    with pytest.raises(states.exceptions.InvalidDefinition):
        tried(states, {**MACHINE, "StartAt": "None"}, stateName="Each")
    for text in ("{", "[" * 300 + "]" * 300):
        with pytest.raises(states.exceptions.InvalidDefinition):
            states.test_state(definition=text, roleArn=ROLE)
    with pytest.raises(states.exceptions.InvalidExecutionInput):
        states.test_state(definition=json.dumps(PASS), roleArn=ROLE, input="{")
    with pytest.raises(states.exceptions.ValidationException, match="A role is needed"):
        states.test_state(definition=json.dumps(PASS))
    with pytest.raises(ClientError, match="NotImplemented"):
        tried(states, TASK, mock=error("E"), stateConfiguration={"mapIterationFailureCount": 1})


def test_a_large_map(states: BaseClient) -> None:
    more = {"stateName": "Each", "mock": {"result": "[]"}}
    found = tried(states, MACHINE, {"l": list(range(2000))}, **more)
    assert found["cause"] == "A Map that is tested has at most 1000 items."


def test_a_hostile_expression_ends(states: BaseClient) -> None:
    state = {**PASS, "QueryLanguage": "JSONata", "Output": "{% ($f := function() {$f()}; $f()) %}"}
    found = tried(states, state)
    assert (found["status"], found["error"]) == ("FAILED", "States.QueryEvaluationError")


# --- who may ---------------------------------------------------------------------------------------------


def test_whoever_tests_passes_the_role(server: Server, one: Account, states: BaseClient) -> None:
    one.iam.create_user(UserName="ann")
    key = one.iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {**server.arguments_of(ONE), "aws_access_key_id": key["AccessKeyId"]}
    ann = client(server, **keys | {"aws_secret_access_key": key["SecretAccessKey"]})

    def refused(*actions: str, **more: Any) -> str:
        one.iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=allow(list(actions)))
        try:
            tried(ann, TASK if "mock" in more else PASS, **more)
        except ClientError as denied:
            return denied.response["Error"]["Message"].partition("perform: ")[2].split()[0]
        return ""

    mocked = {"mock": {"result": "{}"}}
    assert refused("states:ListStateMachines", **mocked) == "states:TestState"
    assert refused("states:TestState", **mocked) == ""
    assert refused("states:TestState") == "iam:PassRole"
    assert refused("states:TestState", "iam:PassRole") == ""
    assert refused("states:TestState", "iam:PassRole", revealSecrets=True) == "states:RevealSecrets"
    assert refused("states:TestState", "iam:PassRole", "states:RevealSecrets", revealSecrets=True) == ""


def test_a_role_of_another_account(server: Server, states: BaseClient) -> None:
    account(server, TWO).role("theirs", trust(STATES))
    with pytest.raises(ClientError, match="Cross-account pass role"):
        tried(states, PASS, roleArn=f"arn:aws:iam::{TWO}:role/theirs")


@pytest.mark.parametrize(
    ("pattern", "status"),
    [("letters", "FAILED"), ("*", "SUCCEEDED")],
)
def test_a_role_that_is_kept_for_a_machine(
    one: Account, states: BaseClient, pattern: str, status: str
) -> None:
    name = "kept" if pattern == "letters" else "shared"
    condition = {"ArnLike": {"aws:SourceArn": one.arn(pattern)}, "StringEquals": {"aws:SourceAccount": ONE}}
    one.role(name, trust(STATES, **condition), allow("iam:GetRole"))
    state = {**LIST, "Parameters": {"RoleName": "tester"}, "End": True}
    found = tried(states, state, roleArn=role_of(one, name))
    assert found["status"] == status
    assert found.get("error", "States.Permissions") == "States.Permissions"
