"""Events of functions on a server that keeps its data: a kill, workers, dead letters, state machines."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.functions.probe import TRUST
from tests.server.harness import (
    Running,
    client,
    code_of,
    credentials,
    eventually,
    journal,
    serve,
    watchword,
)
from tests.services.lambda_.packages import zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

KEEPS = """
import boto3, time

def handler(event, context):
    s3 = boto3.client("s3")
    s3.put_object(Bucket="kept", Key=f"begun/{event['name']}/{time.time_ns()}")
    time.sleep(event.get("seconds", 0))
    if event.get("fail"):
        raise ValueError(event["fail"])
    s3.put_object(Bucket="kept", Key=f"done/{event['name']}")
"""
QUEUE = "arn:aws:sqs:us-east-1:111122223333:failed"

pytestmark = pytest.mark.skipif(
    strongest(Interpreter.own()) is None, reason="functions can't be isolated on this host"
)


class Host:
    """A server, with a bucket `kept` and a function `keeps` that writes into it."""

    def __init__(self, running: Running) -> None:
        self.running, self.data = running, running.data
        keys = credentials(running.data)
        self.account = keys["AccountId"]
        self.iam, self.s3, self.lambda_, self.states = (
            client(service, running.endpoint, keys) for service in ("iam", "s3", "lambda", "stepfunctions")
        )
        self.role = f"arn:aws:iam::{self.account}:role/keeps"

    def furnish(self) -> None:
        self.iam.create_role(RoleName="keeps", AssumeRolePolicyDocument=TRUST)
        self.allow("s3:PutObject")
        self.s3.create_bucket(Bucket="kept")
        self.make("keeps")

    def allow(self, *actions: str) -> None:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName="keeps", PolicyName="own", PolicyDocument=document)

    def make(self, name: str, **more: Any) -> str:
        made = self.lambda_.create_function(
            FunctionName=name,
            Role=self.role,
            Runtime="python3.12",
            Handler="app.handler",
            Timeout=60,
            Code={"ZipFile": zipped(app=KEEPS)},
            **more,
        )
        return str(made["FunctionArn"])

    def send(self, name: str, function: str = "keeps", **event: Any) -> str:
        payload = json.dumps({"name": name, **event})
        answer = self.lambda_.invoke(FunctionName=function, InvocationType="Event", Payload=payload)
        assert answer["StatusCode"] == 202
        return str(answer["ResponseMetadata"]["RequestId"])

    def count(self, prefix: str) -> int:
        return int(self.s3.list_objects_v2(Bucket="kept", Prefix=prefix)["KeyCount"])


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with serve(tmp_path_factory.mktemp("host") / "data", "--functions") as running:
        host = Host(running)
        host.furnish()
        yield host


def letters(host: Host, *arguments: str) -> list[dict[str, Any]]:
    result = watchword("dead-letters", "--json", *arguments, "--data", str(host.data))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one process", "workers"])
def test_events_outlive_a_kill(tmp_path: Path, workers: tuple[str, ...]) -> None:
    names = [f"e{number}" for number in range(6)]
    data = tmp_path / "data"
    with serve(data, "--functions", *workers) as running:
        host = Host(running)
        host.furnish()
        for name in names:
            host.send(name, seconds=2)
        assert eventually(lambda: host.count("begun/"))
        running.stop(signal.SIGKILL)
    with serve(data, "--functions", *workers) as running:
        host = Host(running)
        assert eventually(lambda: host.count("done/") == len(names), 60)


def test_workers_share_the_events(tmp_path: Path) -> None:
    """Each is done once."""
    with serve(tmp_path / "data", "--functions", "--workers", "2") as running:
        host = Host(running)
        host.furnish()
        for number in range(10):
            host.send(f"e{number}")
        assert eventually(lambda: host.count("done/") == 10)
        assert host.count("begun/") == 10


def test_workers_share_what_is_reserved(tmp_path: Path) -> None:
    server = serve(tmp_path / "data", "--functions", "--workers", "2")
    with ThreadPoolExecutor(1) as beside, server as running:
        host = Host(running)
        host.furnish()
        host.lambda_.put_function_concurrency(FunctionName="keeps", ReservedConcurrentExecutions=1)
        keys = credentials(host.data)

        def invoke(**event: Any) -> str:
            own: Any = client("lambda", running.endpoint, keys)
            return code_of(own.invoke, FunctionName="keeps", Payload=json.dumps(event))

        beside.submit(invoke, name="slow", seconds=50)  # until the server ends
        assert eventually(lambda: host.count("begun/slow"))
        others = [invoke(name="other") for _ in range(8)]  # each by a new connection
        assert others == ["TooManyRequestsException"] * 8
        running.stop(signal.SIGKILL)


def test_a_dead_letter_is_kept_for_a_queue(host: Host) -> None:
    host.make("dies", DeadLetterConfig={"TargetArn": QUEUE})
    host.lambda_.put_function_event_invoke_config(
        FunctionName="dies",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:sns:us-east-1:111122223333:topic"}},
    )
    number = host.send("dies", "dies", fail="no " * 1000)
    assert eventually(lambda: len(letters(host, "--function", "dies")) == 2)
    record, letter = letters(host, "--function", "dies")
    assert record["Body"]["requestContext"]["condition"] == "RetriesExhausted"
    assert record["Reason"] == "NotImplemented: sns is not served here"
    event = {"name": "dies", "fail": "no " * 1000}
    assert (letter["RequestId"], letter["Destination"], letter["Body"]["body"]) == (number, QUEUE, event)
    attributes = letter["Body"]["attributes"]
    assert (attributes["RequestID"], attributes["ErrorCode"]) == (number, "200")
    assert attributes["ErrorMessage"] == ("no " * 1000)[:1024]
    line = watchword("dead-letters", "--function", "dies", "--data", str(host.data)).stdout.splitlines()[-1]
    assert f"function:dies  {number}  to {QUEUE}: NotImplemented: sqs is not served here" in line


def test_what_the_role_may_not_tell_is_kept(host: Host) -> None:
    target = host.make("denied")
    host.lambda_.put_function_event_invoke_config(
        FunctionName="denied", DestinationConfig={"OnSuccess": {"Destination": target}}
    )
    host.send("denied", "denied")
    assert eventually(lambda: letters(host, "--function", "denied"))
    (letter,) = letters(host, "--function", "denied", "--account", host.account)
    assert letter["Reason"].startswith("AccessDenied: User: arn:aws:sts::")
    assert "lambda:InvokeFunction" in letter["Reason"]
    assert letters(host, "--function", "denied", "--account", "999999999999") == []


def test_a_role_that_is_trusted_again_is_tried_again(host: Host) -> None:
    """The invocation is refused when it runs, and the record of the AssumeRole says why."""
    never = TRUST.replace('"Allow"', '"Deny"')
    host.iam.update_assume_role_policy(RoleName="keeps", PolicyDocument=never)
    try:
        host.send("untrusted")
        assert eventually(
            lambda: any(
                each["eventName"] == "AssumeRole" and each.get("errorCode") == "AccessDenied"
                for each in journal(host.data)
            )
        )
        assert host.count("begun/untrusted") == 0
    finally:
        host.iam.update_assume_role_policy(RoleName="keeps", PolicyDocument=TRUST)


def test_the_record_of_an_event_is_that_of_its_invocation(host: Host) -> None:
    number = host.send("recorded")
    watched = watchword("explain", number, "--json", "--data", str(host.data))
    event = json.loads(watched.stdout)
    assert (event["eventName"], event["requestParameters"]["invocationType"]) == ("Invoke", "Event")
    assert event["additionalEventData"]["decisions"]


def test_a_server_without_functions_takes_no_events(host: Host) -> None:
    with serve(host.data) as other:
        theirs: Any = client("lambda", other.endpoint, credentials(host.data))
        assert code_of(theirs.invoke, FunctionName="keeps", InvocationType="Event") == "NotImplemented"


def test_a_state_machine_sends_events(host: Host) -> None:
    trust = TRUST.replace("lambda.", "states.")
    host.iam.create_role(RoleName="sfn", AssumeRolePolicyDocument=trust)
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    host.iam.put_role_policy(RoleName="sfn", PolicyName="own", PolicyDocument=document)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "keeps", "InvocationType": "Event", "Payload": {"name": "sent"}},
        "End": True,
    }
    machine = host.states.create_state_machine(
        name="sends",
        roleArn=f"arn:aws:iam::{host.account}:role/sfn",
        definition=json.dumps({"StartAt": "T", "States": {"T": task}}),
    )
    begun = host.states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]

    def ended() -> Any:
        found = host.states.describe_execution(executionArn=begun)
        return found if found["status"] != "RUNNING" else None

    assert eventually(ended)
    assert json.loads(ended()["output"])["StatusCode"] == 202
    assert eventually(lambda: host.count("done/sent"))
