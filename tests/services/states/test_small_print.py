"""What Step Functions refuses, in AWS's words and codes; and how far a caller is told what exists."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from watchword.testing import Server

PLACE = "arn:aws:states:us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/sfn"
DEFINITION = json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}})


@pytest.fixture(scope="module")
def states() -> Iterator[BaseClient]:
    with Server.start() as server:
        yield boto3.client("stepfunctions", **server.client_arguments)


def refused(call: Any, **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    "more",
    [
        {"publish": True},
        {"loggingConfiguration": {"level": "ALL"}},
        {"tracingConfiguration": {"enabled": True}},
        {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}},
    ],
)
def test_what_is_not_there_is_refused(states: BaseClient, more: Any) -> None:
    given = {"name": "m", "definition": DEFINITION, "roleArn": ROLE}
    assert refused(states.create_state_machine, **given, **more)[0] == "NotImplemented"


@pytest.mark.parametrize("name", ["a b", "a*", "a:b", "a/b", "a\u0001", "a\u0085"])
def test_names(states: BaseClient, name: str) -> None:
    given = {"name": name, "definition": DEFINITION, "roleArn": ROLE}
    assert refused(states.create_state_machine, **given)[0] == "InvalidName"


@pytest.mark.parametrize(
    "arn",
    [
        *("x", "arn:aws:s3:::bucket", f"{PLACE}:activity:a", f"{PLACE}:stateMachine"),
        f"{PLACE}:execution:m:a\0",
    ],
)
def test_arns(states: BaseClient, arn: str) -> None:
    assert refused(states.describe_state_machine, stateMachineArn=arn)[0] == "InvalidArn"
    assert refused(states.describe_execution, executionArn=arn)[0] == "InvalidArn"
    assert (
        refused(states.create_state_machine, name="m", definition=DEFINITION, roleArn=arn)[0] == "InvalidArn"
    )


def test_a_version_is_a_machine_that_is_not_there(states: BaseClient) -> None:
    states.create_state_machine(name="versioned", definition=DEFINITION, roleArn=ROLE)
    arn = f"{PLACE}:stateMachine:versioned:1"
    assert refused(states.start_execution, stateMachineArn=arn)[0] == "StateMachineDoesNotExist"
    assert refused(states.describe_state_machine, stateMachineArn=arn)[0] == "StateMachineDoesNotExist"
    states.delete_state_machine(stateMachineArn=arn)
    assert (
        states.describe_state_machine(stateMachineArn=f"{PLACE}:stateMachine:versioned")["status"] == "ACTIVE"
    )


@pytest.mark.parametrize(
    ("partition", "behind"), [("aws", ":"), ("aws", ":1"), ("aws", ":label"), ("aws", "/"), ("aws-cn", "")]
)
def test_no_other_arn_is_that_of_a_machine(states: BaseClient, partition: str, behind: str) -> None:
    """A policy that denies the machine by its ARN would else be passed by."""
    arn = states.create_state_machine(name="only", definition=DEFINITION, roleArn=ROLE)["stateMachineArn"]
    given = arn.replace("arn:aws:", f"arn:{partition}:") + behind
    for call in (
        *(states.describe_state_machine, states.start_execution, states.list_executions),
        *(states.list_state_machine_versions, partial(states.update_state_machine, roleArn=ROLE)),
    ):
        assert refused(call, stateMachineArn=given)[0] == "StateMachineDoesNotExist"
    tag = partial(states.tag_resource, tags=[{"key": "a", "value": "b"}])
    for call in (states.list_tags_for_resource, tag, partial(states.untag_resource, tagKeys=["a"])):
        assert refused(call, resourceArn=given)[0] == "ResourceNotFound"
    states.delete_state_machine(stateMachineArn=given)
    assert states.describe_state_machine(stateMachineArn=arn)["status"] == "ACTIVE"
    assert states.list_tags_for_resource(resourceArn=arn)["tags"] == []


def test_nobody_of_another_account_may(states: BaseClient) -> None:
    arn = "arn:aws:states:us-east-1:999999999999:stateMachine:m"
    code, said = refused(states.describe_state_machine, stateMachineArn=arn)
    assert (code, "states:DescribeStateMachine on resource" in said) == ("AccessDeniedException", True)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "MSA=x",
        "eA==",
        "MSAA",
        "MSBub3cgeA==",
        "MSAyMDI2LTAxLTAxIHg=",
    ],
)
def test_tokens_of_pages(states: BaseClient, token: str) -> None:
    states.create_state_machine(name="pages", definition=DEFINITION, roleArn=ROLE)
    arn = f"{PLACE}:stateMachine:pages"
    assert refused(states.list_executions, stateMachineArn=arn, nextToken=token)[0] == "InvalidToken"


def test_an_update_of_nothing(states: BaseClient) -> None:
    states.create_state_machine(name="same", definition=DEFINITION, roleArn=ROLE)
    code, _ = refused(states.update_state_machine, stateMachineArn=f"{PLACE}:stateMachine:same")
    assert code == "MissingRequiredParameter"


def test_a_large_definition(states: BaseClient) -> None:
    text = json.dumps({"Comment": "x" * 1_000_000, "StartAt": "S", "States": {"S": {"Type": "Succeed"}}})
    made = states.create_state_machine(name="large", definition=text, roleArn=ROLE)
    assert states.describe_state_machine(stateMachineArn=made["stateMachineArn"])["definition"] == text


def test_an_express_machine_has_no_list_of_executions(states: BaseClient) -> None:
    made = states.create_state_machine(name="quick", definition=DEFINITION, roleArn=ROLE, type="EXPRESS")
    started = states.start_execution(stateMachineArn=made["stateMachineArn"], name="n")
    assert started["executionArn"].startswith(f"{PLACE}:express:quick:n:")
    code, _ = refused(states.list_executions, stateMachineArn=made["stateMachineArn"])
    assert code == "StateMachineTypeNotSupported"
    assert (
        refused(states.describe_execution, executionArn=started["executionArn"])[0] == "ExecutionDoesNotExist"
    )


def test_tags(states: BaseClient) -> None:
    made = states.create_state_machine(
        name="tagged", definition=DEFINITION, roleArn=ROLE, tags=[{"key": "a", "value": "1"}]
    )
    arn = made["stateMachineArn"]
    states.tag_resource(resourceArn=arn, tags=[{"key": "A", "value": "2"}])
    assert states.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"key": "A", "value": "2"},
        {"key": "a", "value": "1"},
    ]
    many = [{"key": f"k{number}", "value": "v"} for number in range(49)]
    assert refused(states.tag_resource, resourceArn=arn, tags=many)[0] == "TooManyTags"
    reserved = [{"key": "aws:x", "value": "v"}]
    assert refused(states.tag_resource, resourceArn=arn, tags=reserved)[0] == "ValidationException"
