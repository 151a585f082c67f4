"""A state machine of one account invokes a function of another one, which reads an object.

All clients are boto3's. The function's client has no configuration: the platform assumed its role. The
machine acts in its own role, and for this task in a role of the other account, which trusts it.
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from tests.services.lambda_.packages import zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter
from watchword.testing import Server

A, B = "111111111111", "222222222222"
PATIENCE_SECONDS = 20
READS = """
import boto3

def handler(event, context):
    found = boto3.client("s3").get_object(Bucket="payroll", Key=event["key"])
    return found["Body"].read().decode()
"""
LAMBDA, STATES = {"Service": "lambda.amazonaws.com"}, {"Service": "states.amazonaws.com"}


def document(action: str, **more: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, **more}})


class Story:
    """Both accounts, each seen by its root user."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.client(B, "s3").create_bucket(Bucket="payroll")
        self.client(B, "s3").put_object(Bucket="payroll", Key="2026", Body=b"paid")
        machine = self.role(A, "machine", STATES)
        invoker = self.role(B, "invoker", {"AWS": machine})
        self.allow(A, "machine", "sts:AssumeRole", invoker)
        self.allow(B, "invoker", "lambda:InvokeFunction", "*")
        reader = self.role(B, "reader", LAMBDA)
        self.allow(B, "reader", "s3:GetObject", "arn:aws:s3:::payroll/*")
        function = self.client(B, "lambda").create_function(
            FunctionName="report",
            Runtime="python3.12",
            Handler="app.handler",
            Role=reader,
            Code={"ZipFile": zipped(app=READS)},
        )
        self.machine = self.client(A, "stepfunctions").create_state_machine(
            name="pay", roleArn=machine, definition=definition(function["FunctionArn"], invoker)
        )["stateMachineArn"]

    def client(self, account: str, service: str) -> Any:
        return boto3.client(service, **self._server.arguments_of(account))

    def role(self, account: str, name: str, principal: Mapping[str, str]) -> str:
        trust = document("sts:AssumeRole", Principal=principal)
        made = self.client(account, "iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        arn: str = made["Role"]["Arn"]
        return arn

    def allow(self, account: str, role: str, action: str, resource: str) -> None:
        policy = document(action, Resource=resource)
        self.client(account, "iam").put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=policy)

    def execution(self) -> Mapping[str, Any]:
        """How an execution ended."""
        states = self.client(A, "stepfunctions")
        started = states.start_execution(stateMachineArn=self.machine, input='{"key": "2026"}')
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found: Mapping[str, Any] = states.describe_execution(executionArn=started["executionArn"])
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.05)
        pytest.fail("the execution didn't end")


def definition(function: str, role: str) -> str:
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Credentials": {"RoleArn": role},
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    }
    return json.dumps({"StartAt": "Call", "States": {"Call": call}})


@pytest.fixture
def story() -> Iterator[Story]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Server.start("--account", f"{A},{B}", "--functions") as server:
        yield Story(server)


def test_it_reads_while_every_role_on_the_way_allows_it(story: Story) -> None:
    ended = story.execution()
    assert (ended["status"], ended.get("output")) == ("SUCCEEDED", '"paid"')
    story.client(B, "iam").delete_role_policy(RoleName="reader", PolicyName="own")
    ended = story.execution()
    assert (ended["status"], ended["error"]) == ("FAILED", "AccessDenied")
    assert f"arn:aws:sts::{B}:assumed-role/reader/report is not authorized to perform" in ended["cause"]


def test_both_accounts_must_agree(story: Story) -> None:
    story.client(A, "iam").delete_role_policy(RoleName="machine", PolicyName="own")
    assert story.execution()["status"] == "FAILED"
    story.allow(A, "machine", "sts:AssumeRole", "*")
    story.client(B, "iam").update_assume_role_policy(
        RoleName="invoker", PolicyDocument=document("sts:AssumeRole", Principal=LAMBDA)
    )
    assert story.execution()["status"] == "FAILED"
