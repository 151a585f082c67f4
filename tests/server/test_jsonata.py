"""State machines in JSONata as clients see them, and that whoever writes one holds nobody up."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.server.harness import eventually, serve
from tests.server.test_state_machines import (
    ONE,
    STATES,
    Account,
    Json,
    account,
    allow,
    kept,
    role_of,
    trust,
)

from watchword.testing import Server

GET_ROLE = "arn:aws:states:::aws-sdk:iam:getRole"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.start("--account", ONE) as started:
        yield started


@pytest.fixture
def one(server: Server) -> Account:
    server.reset()
    found = account(server, ONE)
    found.role("sfn", trust(STATES), allow(["iam:GetRole", "sts:AssumeRole"]))
    return found


def machine(one: Account, name: str, **states: Json) -> str:
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states})
    made = one.states.create_state_machine(name=name, definition=text, roleArn=role_of(one, "sfn"))
    return str(made["stateMachineArn"])


def test_a_task_with_arguments_and_its_result(one: Account) -> None:
    get = {
        "Type": "Task",
        "Resource": GET_ROLE,
        "Arguments": {"RoleName": "{% $states.input.role %}"},
        "Assign": {"id": "{% $states.result.Role.RoleId %}"},
        "Output": "{% $states.result.Role.Arn %}",
        "Next": "Done",
    }
    done = {"Type": "Succeed", "Output": {"arn": "{% $states.input %}", "long": "{% $length($id) %}"}}
    ended = one.run(machine(one, "get", Get=get, Done=done), {"role": "sfn"})
    assert json.loads(ended["output"]) == {"arn": role_of(one, "sfn"), "long": 21}


def test_a_task_in_a_role_that_an_expression_names(one: Account) -> None:
    other = one.role("other", trust({"AWS": role_of(one, "sfn")}), allow("iam:GetRole"))
    get = {
        "Type": "Task",
        "Resource": GET_ROLE,
        "Arguments": {"RoleName": "sfn"},
        "Credentials": {"RoleArn": "{% 'arn:aws:iam::' & $states.input.account & ':role/other' %}"},
        "Output": "{% $states.result.Role.RoleName %}",
        "End": True,
    }
    ended = one.run(machine(one, "as", Get=get), {"account": ONE})
    scheduled = next(each for each in one.history(ended["executionArn"]) if each["type"] == "TaskScheduled")
    assert scheduled["taskScheduledEventDetails"]["taskCredentials"] == {"roleArn": other}
    assert ended["output"] == '"sfn"'


def test_a_failed_expression_has_an_event(one: Account) -> None:
    ended = one.run(
        machine(one, "fails", A={"Type": "Pass", "Output": {"a": "{% $states.input.x %}"}, "End": True})
    )
    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")
    failed = one.history(ended["executionArn"])[-2]
    assert failed["type"] == "EvaluationFailed"
    said = (
        "The JSONata expression '$states.input.x' specified for the field 'Output/a' "
        "returned nothing (undefined)."
    )
    assert failed["evaluationFailedEventDetails"] == {
        "error": "States.QueryEvaluationError",
        "cause": said,
        "location": "Output/a",
        "state": "A",
    }
    assert ended["cause"].endswith(said)


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("($f := function() {$f()}; $f())", "Expression evaluation timeout"),
        ("$match($pad('', 60, 'a') & 'b', /^(a+)+$/)", "Expression evaluation timeout"),
        ("$sum([1..90000].([1..90000]))", "Expression evaluation memory limit exceeded"),
    ],
)
def test_nobody_is_held_up(one: Account, expression: str, cause: str) -> None:
    hostile = machine(one, "hostile", A={"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True})
    plain = machine(one, "plain", A={"Type": "Pass", "Output": "{% 1 + 1 %}", "End": True})
    started = [one.start(each) for each in (hostile, plain, hostile, plain)]
    ended = [one.end(each) for each in started]
    assert [each["status"] for each in ended] == ["FAILED", "SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert cause in ended[0]["cause"]
    assert "specified for the field 'Output' threw an error" in ended[0]["cause"]
    assert one.types(started[0])[-2:] == ["EvaluationFailed", "ExecutionFailed"]


def test_what_is_wrong_with_expressions_is_said_at_once(one: Account) -> None:
    states = {
        "A": {"Type": "Pass", "Output": "{% 1 + %}", "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% $states.result %}", "Next": "C"},
        "C": {"Type": "Pass", "Output": "{% $unknown %}", "End": True},
    }
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": states})
    found = one.states.validate_state_machine_definition(definition=text, severity="WARNING")
    assert found["result"] == "FAIL"
    assert [(each["severity"], each["location"]) for each in found["diagnostics"]] == [
        ("ERROR", "/States/A/Output"),
        ("ERROR", "/States/B/Output"),
        ("WARNING", "/States/C/Output"),
    ]
    with pytest.raises(one.states.exceptions.InvalidDefinition, match="at character 3"):
        one.states.create_state_machine(name="x", definition=text, roleArn=role_of(one, "sfn"))


def test_an_express_machine(one: Account, server: Server) -> None:
    text = json.dumps(
        {
            "QueryLanguage": "JSONata",
            "StartAt": "A",
            "States": {"A": {"Type": "Succeed", "Output": "{% $sum($states.input) %}"}},
        }
    )
    made = one.states.create_state_machine(
        name="quick", definition=text, roleArn=role_of(one, "sfn"), type="EXPRESS"
    )
    states = boto3.client(
        "stepfunctions", **server.arguments_of(ONE), config=Config(inject_host_prefix=False)
    )
    ended = states.start_sync_execution(stateMachineArn=made["stateMachineArn"], input="[1, 2, 3]")
    assert ended["output"] == "6"


def test_variables_survive_a_killed_server(tmp_path: Path) -> None:
    """Each assignment once, and items that were drawn stay those."""
    data = tmp_path / "data"
    counts: Json = {
        "Begin": {"Type": "Pass", "Assign": {"n": 0, "seen": []}, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Count"},
        "Count": {
            "Type": "Pass",
            "Assign": {"n": "{% $n + 1 %}", "seen": "{% $append($seen, $n) %}"},
            "Next": "Enough",
        },
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $n >= 5 %}", "Next": "Done"}],
            "Default": "Wait",
        },
        "Done": {"Type": "Succeed", "Output": {"n": "{% $n %}", "seen": "{% $seen %}"}},
    }
    slow: Json = {"Type": "Wait", "Seconds": 1, "Next": "Same"}
    same: Json = {
        "Type": "Pass",
        "Output": "{% $states.input = $states.context.Map.Item.Value %}",
        "End": True,
    }
    drawn: Json = {
        "Type": "Map",
        "Items": "{% [1..4].$uuid() %}",
        "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "Slow", "States": {"Slow": slow, "Same": same}},
        "End": True,
    }
    with serve(data) as running:
        here = kept(data, running.endpoint)
        here.role("sfn", trust(STATES))
        first, second = (
            here.start(machine(here, name, **states)) for name, states in (("c", counts), ("d", {"D": drawn}))
        )
        assert eventually(lambda: all(len(here.history(each)) > 8 for each in (first, second)))
        for worker in running.workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        running.stop(signal.SIGKILL)
    with serve(data) as running:
        here = kept(data, running.endpoint)

        def output(execution: str) -> Any:
            assert eventually(lambda: here.describe(execution)["status"] != "RUNNING", 30)
            return json.loads(here.describe(execution)["output"])

        assert output(first) == {"n": 5, "seen": [0, 1, 2, 3, 4]}
        assert output(second) == [True] * 4
