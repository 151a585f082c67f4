"""State machines as clients see them: who may, who acts, what is kept, and how a killed server goes on."""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.server.harness import Draft, Line, client, credentials, eventually, journal, serve

from watchword.testing import Server

ONE, TWO = "111111111111", "222222222222"
READ = "arn:aws:states:::aws-sdk:s3:getObject"
BUCKET = "letters"
Json = dict[str, Any]


def allow(action: Any, resource: Any = "*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: Json, **condition: Json) -> str:
    statement: Json = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


STATES = {"Service": "states.amazonaws.com"}


class Account:
    """One account of the server, as root or as an administrator; its methods make something of a new name."""

    def __init__(self, number: str, clients: Mapping[str, BaseClient]) -> None:
        self.number, self.iam, self.states, self.s3 = number, clients["iam"], clients["states"], clients["s3"]

    def role(self, name: str, trusted: str, policy: str | None = None) -> str:
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
        if policy:
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        return str(made)

    def arn(self, name: str) -> str:
        return f"arn:aws:states:us-east-1:{self.number}:stateMachine:{name}"

    def machine(self, name: str, role: str, **states: Json) -> str:
        text = json.dumps({"StartAt": next(iter(states)), "States": states})
        return str(
            self.states.create_state_machine(name=name, definition=text, roleArn=role)["stateMachineArn"]
        )

    def start(self, machine: str, given: Any = None, **more: Any) -> str:
        text = json.dumps({} if given is None else given)
        return str(self.states.start_execution(stateMachineArn=machine, input=text, **more)["executionArn"])

    def end(self, execution: str) -> Json:
        assert eventually(lambda: self.describe(execution)["status"] != "RUNNING"), self.types(execution)
        return self.describe(execution)

    def describe(self, execution: str) -> Json:
        found: Json = self.states.describe_execution(executionArn=execution)
        return found

    def history(self, execution: str) -> list[Json]:
        found: list[Json] = self.states.get_execution_history(executionArn=execution)["events"]
        return found

    def types(self, execution: str) -> list[str]:
        return [event["type"] for event in self.history(execution)]

    def run(self, machine: str, given: Any = None) -> Json:
        return self.end(self.start(machine, given))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.start("--account", f"{ONE},{TWO}") as started:
        yield started


def account(server: Server, number: str) -> Account:
    arguments = server.arguments_of(number)
    names = {"iam": "iam", "states": "stepfunctions", "s3": "s3"}
    return Account(number, {short: boto3.client(name, **arguments) for short, name in names.items()})


@pytest.fixture
def one(server: Server) -> Account:
    """An account with a bucket and a letter in it, and a role that may read it."""
    server.reset()
    found = account(server, ONE)
    found.s3.create_bucket(Bucket=BUCKET)
    found.s3.put_object(Bucket=BUCKET, Key="a", Body=b"Dear Ann")
    found.role("reader", trust(STATES), allow(["s3:GetObject", "s3:ListBucket"]))
    return found


@pytest.fixture
def two(server: Server, one: Account) -> Account:
    return account(server, TWO)


def role_of(account: Account, name: str) -> str:
    return f"arn:aws:iam::{account.number}:role/{name}"


def reading(**more: Any) -> Json:
    return {
        "Type": "Task",
        "Resource": READ,
        "Parameters": {"Bucket": BUCKET, "Key.$": "$.key"},
        "End": True,
        **more,
    }


# --- who acts ------------------------------------------------------------------------------------------


def test_a_task_acts_in_the_machines_role(one: Account) -> None:
    machine = one.machine("read", role_of(one, "reader"), Read=reading())
    ended = one.run(machine, {"key": "a"})
    assert (ended["status"], json.loads(ended["output"])["Body"]) == ("SUCCEEDED", "Dear Ann")
    assert one.types(ended["executionArn"]) == [
        *("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded"),
        *("TaskStateExited", "ExecutionSucceeded"),
    ]


def test_what_the_role_may_not_do_fails_with_the_decisions_words(one: Account) -> None:
    machine = one.machine("read", one.role("weak", trust(STATES)), Read=reading())
    ended = one.run(machine, {"key": "a"})
    assert (ended["status"], ended["error"]) == ("FAILED", "S3.AccessDeniedException")
    assert "assumed-role/weak/" in ended["cause"]
    assert (
        "no identity-based policy allows the s3:GetObject action (Service: S3, Status Code: 403"
        in ended["cause"]
    )


def test_an_error_of_the_service_is_caught_by_its_name(one: Account) -> None:
    catch = [{"ErrorEquals": ["S3.NoSuchKeyException"], "Next": "Missing"}]
    missing = {"Type": "Pass", "Result": "none", "End": True}
    machine = one.machine("read", role_of(one, "reader"), Read=reading(Catch=catch), Missing=missing)
    assert one.run(machine, {"key": "none"})["output"] == '"none"'


def test_parameters_that_the_operation_does_not_have(one: Account) -> None:
    machine = one.machine("read", role_of(one, "reader"), Read=reading(Parameters={"Buckett": "x"}))
    ended = one.run(machine, {"key": "a"})
    assert ended["error"] == "States.Runtime"
    assert "The field 'Buckett' is not supported by Step Functions." in ended["cause"]


@pytest.mark.parametrize("operation", ["iam:listUsers", "sts:getCallerIdentity", "sfn:listStateMachines"])
def test_every_service_that_is_served(one: Account, operation: str) -> None:
    role = one.role("all", trust(STATES), allow("*"))
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:{operation}",
        "Parameters": {},
        "End": True,
    }
    ended = one.run(one.machine("one", role, Call=task))
    assert ended["status"] == "SUCCEEDED", ended


def test_members_of_other_services_begin_with_a_capital_letter(one: Account) -> None:
    role = one.role("all", trust(STATES), allow("*"))
    inner = one.machine("inner", role_of(one, "reader"), Done={"Type": "Succeed"})
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:startExecution",
        "Parameters": {"StateMachineArn": inner, "Input.$": "States.JsonToString($)"},
        "End": True,
    }
    started = json.loads(one.run(one.machine("outer", role, Start=task), {"x": 1})["output"])
    assert one.end(started["ExecutionArn"])["output"] == '{"x":1}'


def test_a_machine_starts_another(one: Account) -> None:
    """If its role may; the input is JSON and no text."""
    inner = one.machine("inner", role_of(one, "reader"), Done={"Type": "Succeed"})
    role = one.role("starts", trust(STATES), allow("states:StartExecution", inner))
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": inner, "Name": "n", "Input": {"a.$": "$.x"}},
        "End": True,
    }
    started = json.loads(one.run(one.machine("outer", role, Start=task), {"x": 1})["output"])
    assert one.end(started["ExecutionArn"])["output"] == '{"a":1}'
    assert one.run(one.arn("outer"), {"x": 2})["error"] == "StepFunctions.ExecutionAlreadyExistsException"
    one.iam.delete_role_policy(RoleName="starts", PolicyName="own")
    ended = one.run(one.arn("outer"), {"x": 1})
    assert ended["error"] == "StepFunctions.AWSStepFunctionsException"
    assert "states:StartExecution on resource" in ended["cause"]


def test_a_revoked_session_acts_no_more(one: Account) -> None:
    """The machine's role is assumed again, so what was revoked is the session and not the role."""
    role = role_of(one, "reader")
    machine = one.machine("read", role, Read=reading())
    assert one.run(machine, {"key": "a"})["status"] == "SUCCEEDED"
    one.iam.delete_role_policy(RoleName="reader", PolicyName="own")
    one.iam.delete_role(RoleName="reader")
    assert one.run(machine, {"key": "a"})["error"] == "States.Permissions"


# --- the confused deputy -------------------------------------------------------------------------------


def test_a_role_that_does_not_trust_step_functions(one: Account) -> None:
    machine = one.machine(
        "read", one.role("other", trust({"Service": "lambda.amazonaws.com"})), Read=reading()
    )
    ended = one.run(machine, {"key": "a"})
    assert ended["error"] == "States.Permissions"
    assert "states.amazonaws.com" in ended["cause"]


@pytest.mark.parametrize("key", ["aws:SourceArn", "aws:SourceAccount"])
def test_a_role_is_for_the_machines_that_its_trust_policy_names(one: Account, key: str) -> None:
    right = {"aws:SourceArn": one.arn("ours"), "aws:SourceAccount": ONE}[key]
    wrong = {"aws:SourceArn": one.arn("theirs"), "aws:SourceAccount": TWO}[key]
    for name, value, status in (("right", right, "SUCCEEDED"), ("wrong", wrong, "FAILED")):
        role = one.role(name, trust(STATES, StringEquals={key: value}), allow("s3:*"))
        ended = one.run(one.machine("ours", role, Read=reading()), {"key": "a"})
        assert ended["status"] == status, ended
        one.states.delete_state_machine(stateMachineArn=one.arn("ours"))


@pytest.mark.parametrize(
    ("condition", "succeeds"),
    [
        ({"Bool": {"aws:ViaAWSService": "false"}}, True),
        ({"Bool": {"aws:ViaAWSService": "true"}}, False),
        ({"Null": {"aws:CalledVia": "true"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True),
        ({"Null": {"aws:SourceArn": "true", "aws:SourceAccount": "true", "aws:SourceIp": "true"}}, True),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/asks"}}, True),
    ],
)
def test_what_conditions_see_of_a_task(one: Account, condition: Json, *, succeeds: bool) -> None:
    """The role acts, and not the service for somebody: no forward access session."""
    role = one.role("asks", trust(STATES), allow("s3:GetObject", Condition=condition))
    ended = one.run(one.machine("read", role, Read=reading()), {"key": "a"})
    assert (ended["status"] == "SUCCEEDED") is succeeds, ended


def test_the_trust_policy_sees_a_service(one: Account) -> None:
    sees = {
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "StringEquals": {"aws:PrincipalServiceName": STATES["Service"]},
    }
    role = one.role("asks", trust(STATES, **sees), allow("s3:GetObject"))
    assert one.run(one.machine("read", role, Read=reading()), {"key": "a"})["status"] == "SUCCEEDED"


# --- across accounts -----------------------------------------------------------------------------------


def crossing(one: Account, two: Account, external: str | None = None, **permitted: Any) -> str:
    """A machine of one account that reads in a role of the other's."""
    caller = one.role("caller", trust(STATES), allow("sts:AssumeRole", **permitted))
    condition = {"StringEquals": {"sts:ExternalId": external}} if external else {}
    other = two.role("other", trust({"AWS": caller}, **condition), allow("s3:GetObject"))
    two.s3.create_bucket(Bucket="theirs")
    two.s3.put_object(Bucket="theirs", Key="a", Body=b"Dear Bob")
    task = reading(Parameters={"Bucket": "theirs", "Key": "a"}, Credentials={"RoleArn": other})
    return one.machine("cross", caller, Read=task)


def test_the_machines_role_assumes_the_tasks(one: Account, two: Account) -> None:
    ended = one.run(crossing(one, two, external=one.arn("cross")))
    assert json.loads(ended["output"])["Body"] == "Dear Bob"
    scheduled = next(each for each in one.history(ended["executionArn"]) if each["type"] == "TaskScheduled")
    assert scheduled["taskScheduledEventDetails"]["taskCredentials"] == {"roleArn": role_of(two, "other")}


@pytest.mark.parametrize(
    ("external", "permitted"),
    [
        ("arn:aws:states:us-east-1:111111111111:stateMachine:another", {}),
        (None, {"resource": "arn:aws:iam::*:role/x"}),
    ],
    ids=["the other account says no", "our own account says no"],
)
def test_both_accounts_must_agree(one: Account, two: Account, external: str | None, permitted: Json) -> None:
    ended = one.run(crossing(one, two, external, **permitted))
    assert ended["error"] == "States.TaskFailed"
    assert ended["cause"] == (
        f"The role {role_of(one, 'caller')} is not authorized to assume the task state's role, "
        f"{role_of(two, 'other')}."
    )


def test_a_role_of_another_account_is_not_passed(one: Account, two: Account) -> None:
    theirs = two.role("theirs", trust(STATES))
    with pytest.raises(ClientError, match="Cross-account pass role is not allowed") as caught:
        one.machine("read", theirs, Read=reading())
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_whoever_names_a_role_must_be_allowed_to_pass_it(one: Account, server: Server) -> None:
    one.iam.create_user(UserName="ann")
    key = one.iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    ann = Account(ONE, {name: boto3.client(full, **server.client_arguments | keys) for name, full in
                        (("iam", "iam"), ("states", "stepfunctions"), ("s3", "s3"))})  # fmt: skip
    one.iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=allow("states:*"))
    with pytest.raises(ClientError, match=r"iam:PassRole on resource: .*role/reader"):
        ann.machine("read", role_of(one, "reader"), Read=reading())
    passed = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    statement = json.loads(allow("iam:PassRole", Condition=passed))["Statement"]
    both = {"Version": "2012-10-17", "Statement": [*json.loads(allow("states:*"))["Statement"], *statement]}
    one.iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=json.dumps(both))
    with pytest.raises(ClientError, match="iam:PassRole"):
        ann.machine("read", role_of(one, "reader"), Read=reading())
    statement[0]["Condition"]["StringEquals"]["iam:PassedToService"] = "states.amazonaws.com"
    one.iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=json.dumps(both))
    assert ann.machine("read", role_of(one, "reader"), Read=reading()) == one.arn("read")


# --- tokens --------------------------------------------------------------------------------------------

WAITING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:s3:putObject.waitForTaskToken",
    "Parameters": {"Bucket": BUCKET, "Key": "token", "Body.$": "$$.Task.Token"},
    "End": True,
}


def waits(one: Account, **more: Any) -> tuple[str, str]:
    """An execution that waits for a token, and the token."""
    machine = one.machine(
        "waits", one.role("writer", trust(STATES), allow("s3:PutObject")), Wait=WAITING | more
    )
    execution = one.start(machine)
    assert eventually(lambda: "TaskSubmitted" in one.types(execution)), one.history(execution)
    return execution, one.s3.get_object(Bucket=BUCKET, Key="token")["Body"].read().decode()


def test_a_task_succeeds_by_its_token(one: Account, two: Account) -> None:
    execution, token = waits(one)
    with pytest.raises(two.states.exceptions.InvalidToken):
        two.states.send_task_success(taskToken=token, output="1")
    with pytest.raises(one.states.exceptions.InvalidOutput):
        one.states.send_task_success(taskToken=token, output="{")
    one.states.send_task_success(taskToken=token, output='{"done": true}')
    assert one.end(execution)["output"] == '{"done":true}'
    with pytest.raises(one.states.exceptions.TaskTimedOut):
        one.states.send_task_success(taskToken=token, output="2")


def test_a_task_fails_by_its_token(one: Account) -> None:
    execution, token = waits(one)
    one.states.send_task_failure(taskToken=token, error="Lost", cause="the letter is gone")
    ended = one.end(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Lost", "the letter is gone")


def test_a_task_sends_heartbeats(one: Account, server: Server) -> None:
    execution, token = waits(one, HeartbeatSeconds=60)
    server.advance(45)
    one.states.send_task_heartbeat(taskToken=token)
    server.advance(45)
    one.states.send_task_heartbeat(taskToken=token)
    assert one.describe(execution)["status"] == "RUNNING"
    server.advance(61)
    assert one.end(execution)["error"] == "States.HeartbeatTimeout"


# --- executions ----------------------------------------------------------------------------------------


def test_time_travel_passes_waits(one: Account, server: Server) -> None:
    machine = one.machine(
        "year", role_of(one, "reader"), Wait={"Type": "Wait", "Seconds": 31_000_000, "End": True}
    )
    execution = one.start(machine)
    assert eventually(lambda: one.types(execution)[-1:] == ["WaitStateEntered"])
    server.advance(31_000_001)
    assert one.end(execution)["status"] == "SUCCEEDED"


def test_starting_twice_under_one_name(one: Account, server: Server) -> None:
    machine = one.machine("wait", role_of(one, "reader"), Wait={"Type": "Wait", "Seconds": 60, "End": True})
    first = one.start(machine, {"a": 1}, name="same")
    assert one.start(machine, {"a": 1}, name="same") == first
    with pytest.raises(one.states.exceptions.ExecutionAlreadyExists):
        one.start(machine, {"a": 2}, name="same")
    server.advance(61)
    one.end(first)
    with pytest.raises(one.states.exceptions.ExecutionAlreadyExists):
        one.start(machine, {"a": 1}, name="same")


def test_creating_twice_under_one_name(one: Account) -> None:
    role = role_of(one, "reader")
    assert one.machine("m", role, A={"Type": "Succeed"}) == one.machine("m", role, A={"Type": "Succeed"})
    with pytest.raises(one.states.exceptions.StateMachineAlreadyExists):
        one.machine("m", role, B={"Type": "Succeed"})


def test_stopping(one: Account) -> None:
    machine = one.machine("wait", role_of(one, "reader"), Wait={"Type": "Wait", "Seconds": 60, "End": True})
    execution = one.start(machine)
    one.states.stop_execution(executionArn=execution, error="Enough", cause="for today")
    ended = one.describe(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Enough", "for today")
    assert one.types(execution)[-1] == "ExecutionAborted"
    again = one.states.stop_execution(executionArn=execution)
    assert again["stopDate"] == ended["stopDate"]


def test_an_update_is_for_later_executions(one: Account) -> None:
    role = role_of(one, "reader")
    machine = one.machine(
        "m",
        role,
        Wait={"Type": "Wait", "Seconds": 2, "Next": "Old"},
        Old={"Type": "Pass", "Result": "old", "End": True},
    )
    before = one.start(machine)
    changed = {"StartAt": "New", "States": {"New": {"Type": "Pass", "Result": "new", "End": True}}}
    one.states.update_state_machine(stateMachineArn=machine, definition=json.dumps(changed))
    assert one.run(machine)["output"] == '"new"'
    assert "Old" in one.states.describe_state_machine_for_execution(executionArn=before)["definition"]
    assert one.end(before)["output"] == '"old"'


def test_deleting_ends_executions(one: Account) -> None:
    machine = one.machine("wait", role_of(one, "reader"), Wait={"Type": "Wait", "Seconds": 60, "End": True})
    execution = one.start(machine)
    one.states.delete_state_machine(stateMachineArn=machine)
    for call in (lambda: one.describe(execution), lambda: one.start(machine)):
        with pytest.raises(ClientError, match="Does Not Exist"):
            call()
    assert one.machine("wait", role_of(one, "reader"), Other={"Type": "Succeed"}) == machine


def test_states_that_loop_end_when_the_history_is_full(one: Account) -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": 0, "Next": "End"}],
        "Default": "Again",
    }
    machine = one.machine(
        "loop",
        role_of(one, "reader"),
        Look=choice,
        Again={"Type": "Pass", "Next": "Look"},
        End={"Type": "Succeed"},
    )
    ended = one.run(machine, {"n": 1})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
    last = one.states.get_execution_history(
        executionArn=ended["executionArn"], reverseOrder=True, maxResults=1
    )
    assert (last["events"][0]["id"], last["events"][0]["type"]) == (25_000, "ExecutionFailed")


def test_a_state_that_grows_beyond_256_kib(one: Account) -> None:
    grow = {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "Look"}
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "End"}],
        "Default": "Grow",
    }
    machine = one.machine("grow", role_of(one, "reader"), Look=choice, Grow=grow, End={"Type": "Succeed"})
    assert one.run(machine, {"x": "y" * 1000})["error"] == "States.DataLimitExceeded"


def test_a_definition_that_is_wrong(one: Account) -> None:
    with pytest.raises(one.states.exceptions.InvalidDefinition, match="MISSING_TRANSITION_TARGET") as caught:
        one.machine("m", role_of(one, "reader"), A={"Type": "Pass", "Next": "B"})
    assert "Missing 'Next' target: B at /States/A/Next" in str(caught.value)
    found = one.states.validate_state_machine_definition(definition='{"StartAt": "A"}')
    assert found["result"] == "FAIL"
    assert found["diagnostics"][0]["code"] == "SCHEMA_VALIDATION_FAILED"


@pytest.mark.parametrize("given", ["{", "x" * 10, '{"a": NaN}', "[" * 5000 + "]" * 5000])
def test_an_input_that_is_no_json(one: Account, given: str) -> None:
    machine = one.machine("m", role_of(one, "reader"), A={"Type": "Succeed"})
    with pytest.raises(one.states.exceptions.InvalidExecutionInput):
        one.states.start_execution(stateMachineArn=machine, input=given)


def test_waiting_for_the_end(one: Account, server: Server) -> None:
    role, task = role_of(one, "reader"), reading()
    text = json.dumps({"StartAt": "Read", "States": {"Read": task}})
    made = one.states.create_state_machine(name="quick", definition=text, roleArn=role, type="EXPRESS")
    config = Config(inject_host_prefix=False)
    states = boto3.client("stepfunctions", **server.arguments_of(ONE), config=config)
    ended = states.start_sync_execution(stateMachineArn=made["stateMachineArn"], input='{"key": "a"}')
    assert (ended["status"], json.loads(ended["output"])["Body"]) == ("SUCCEEDED", "Dear Ann")
    ended = states.start_sync_execution(stateMachineArn=made["stateMachineArn"], input="{}", name="n")
    assert (ended["status"], ended["error"], ended["name"]) == ("FAILED", "States.ParameterPathFailure", "n")
    standard = one.machine("slow", role, Read=task)
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.start_sync_execution(stateMachineArn=standard)


def test_the_host_that_clients_make_of_ours(one: Account, server: Server) -> None:
    """They put sync- before the name, which then must be one that resolves."""

    def called(host: str) -> str:
        draft = Draft(
            "states",
            headers={
                "content-type": "application/x-amz-json-1.0",
                "host": host,
                "x-amz-target": "AWSStepFunctions.ListStateMachines",
            },
            body=b"{}",
        )
        keys = {
            "AccessKeyId": server.accounts[ONE].access_key_id,
            "SecretAccessKey": server.accounts[ONE].secret,
        }
        with Line(server.endpoint) as line:
            return line.send(draft.signed(server.endpoint, keys)).code

    assert [called(f"sync-{name}:1") for name in ("localhost", "127.0.0.1", "a.localhost")] == [""] * 3
    assert called("sync-elsewhere:1") == called("other-localhost:1") == "InvalidRequest"


# --- a killed server -----------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one process", "workers"])
def test_a_killed_server_goes_on(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """Waits included; and no transition happens twice."""
    data, executions = tmp_path / "data", []
    with serve(data, *workers) as running:
        here = kept(data, running.endpoint)
        role = here.role("sfn", trust(STATES), allow("iam:*"))
        make = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:iam:listUsers",
            "Parameters": {},
            "ResultPath": None,
        }
        states: dict[str, Json] = {}
        for number in range(40):
            states[f"W{number}"] = {"Type": "Wait", "Seconds": number % 2, "Next": f"T{number}"}
            states[f"T{number}"] = {**make, "Next": f"W{number + 1}"}
        states["W40"] = {"Type": "Succeed"}
        machine = here.machine("long", role, **states)
        executions += [here.start(machine) for _ in range(3)]
        assert eventually(lambda: all(len(here.history(each)) > 12 for each in executions))
        for worker in running.workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        running.stop(signal.SIGKILL)
    with serve(data, *workers) as running:
        here = kept(data, running.endpoint)
        before = [len(here.history(each)) for each in executions]
        assert eventually(
            lambda: all(
                len(here.history(each)) > count for each, count in zip(executions, before, strict=True)
            ),
            10,
        )
        for each in executions:
            events = here.history(each)
            assert [event["id"] for event in events] == list(range(1, len(events) + 1))
            entered = [
                event["stateEnteredEventDetails"]["name"]
                for event in events
                if "stateEnteredEventDetails" in event
            ]
            assert len(entered) == len(set(entered))


def kept(data: Path, endpoint: str) -> Account:
    keys = credentials(data)
    names = {"iam": "iam", "states": "stepfunctions", "s3": "s3"}
    clients = {short: client(name, endpoint, keys) for short, name in names.items()}
    number = client("sts", endpoint, keys).get_caller_identity()["Account"]
    return Account(number, clients)


def test_what_is_recorded(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data) as running:
        here = kept(data, running.endpoint)
        role = here.role("sfn", trust(STATES), allow("iam:*"))
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:iam:listUsers",
            "Parameters": {},
            "End": True,
        }
        here.run(here.machine("m", role, Call=task))
    events = [event for event in journal(data) if event.get("sourceIPAddress") == "states.amazonaws.com"]
    assumed, called = events[-2:]
    assert (assumed["eventName"], called["eventName"]) == ("AssumeRole", "ListUsers")
    assert assumed["userIdentity"] == {"type": "AWSService", "invokedBy": "states.amazonaws.com"}
    assert assumed["recipientAccountId"] == here.number
    assert called["userIdentity"]["invokedBy"] == "states.amazonaws.com"
    assert called["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "sfn"
