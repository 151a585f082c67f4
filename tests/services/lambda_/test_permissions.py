"""Resource policies of functions: built statement by statement, decided by the engine of all policies."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.services.lambda_.packages import ECHO

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter
from watchword.testing import Server

OTHER = "210987654321"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:shared"


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Probe.start("--account", f"123456789012,{OTHER}") as probe:
        probe.client.create_function(**probe.made | {"FunctionName": "shared", "Code": {"ZipFile": ECHO}})
        probe.client.publish_version(FunctionName="shared")
        probe.client.create_alias(FunctionName="shared", Name="live", FunctionVersion="1")
        yield probe


def user(server: Server, name: str, account: str, *allowed: str) -> BaseClient:
    """Lambda's client of a new user."""
    arguments = server.arguments_of(account)
    iam = boto3.client("iam", **arguments)
    iam.create_user(UserName=name)
    if allowed:
        statement = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return boto3.client("lambda", **arguments | own)


def invoked(client: BaseClient, name: str) -> bool:
    try:
        return bool(client.invoke(FunctionName=name, Payload=b"7")["Payload"].read() == b"7")
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "AccessDeniedException"
        return False


def permit(probe: Probe, statement: str, principal: str, **more: Any) -> dict[str, Any]:
    added = probe.client.add_permission(
        FunctionName="shared",
        StatementId=statement,
        Action="lambda:InvokeFunction",
        Principal=principal,
        **more,
    )
    found: dict[str, Any] = json.loads(added["Statement"])
    return found


def test_another_account_needs_both_policies(probe: Probe) -> None:
    allowed = user(probe.server, "allowed", OTHER, "lambda:InvokeFunction")
    powerless = user(probe.server, "powerless", OTHER)
    assert not invoked(allowed, ARN)
    permit(probe, "account", OTHER)
    assert invoked(allowed, ARN)
    assert not invoked(powerless, ARN)
    assert not invoked(allowed, f"{ARN}:live")  # which has a policy of its own
    permit(probe, "account", OTHER, Qualifier="live")
    assert invoked(allowed, f"{ARN}:live")
    probe.client.remove_permission(FunctionName="shared", StatementId="account")
    assert not invoked(allowed, ARN)
    assert invoked(allowed, f"{ARN}:live")


def test_a_user_who_is_named_needs_nothing_else(probe: Probe) -> None:
    named = user(probe.server, "named", "123456789012")
    assert not invoked(named, "shared")
    arn = "arn:aws:iam::123456789012:user/named"
    statement = permit(probe, "named", arn)
    assert statement["Principal"] == {"AWS": arn}
    assert invoked(named, "shared")
    policy = json.loads(probe.client.get_policy(FunctionName="shared")["Policy"])
    assert [each["Principal"] for each in policy["Statement"]] == [{"AWS": arn}]
    iam = boto3.client("iam", **probe.server.client_arguments)
    (key,) = iam.list_access_keys(UserName="named")["AccessKeyMetadata"]
    iam.delete_access_key(UserName="named", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="named")
    again = user(probe.server, "named", "123456789012")
    assert not invoked(again, "shared")  # another user of that name
    probe.client.remove_permission(FunctionName="shared", StatementId="named")


def test_what_is_denied_has_no_other_name(probe: Probe) -> None:
    """A policy names a version, and $LATEST, in one way. Nothing else that leads there is allowed."""
    careful = user(probe.server, "careful", "123456789012", "lambda:InvokeFunction")
    denied = [ARN, f"{ARN}:1", f"{ARN}:$LATEST", f"{ARN}:live"]
    statement = {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": denied}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = boto3.client("iam", **probe.server.client_arguments)
    iam.put_user_policy(UserName="careful", PolicyName="denied", PolicyDocument=document)
    for name in denied:
        assert not invoked(careful, name)
    other_partition = ARN.replace("aws", "aws-cn", 1)
    for name in (f"{ARN}:0", f"{ARN}:00", f"{ARN}:01", other_partition, f"{other_partition}:1"):
        with pytest.raises(ClientError, match=r"ResourceNotFound|InvalidParameterValue"):
            careful.invoke(FunctionName=name, Payload=b"7")


def test_a_statement_says_what_was_asked_for(probe: Probe) -> None:
    statement = permit(
        probe,
        "bucket",
        "s3.amazonaws.com",
        SourceArn="arn:aws:s3:::payroll",
        SourceAccount="123456789012",
    )
    assert statement == {
        "Sid": "bucket",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::payroll"},
            "StringEquals": {"AWS:SourceAccount": "123456789012"},
        },
    }
    found = probe.client.get_policy(FunctionName="shared")
    assert json.loads(found["Policy"])["Statement"] == [statement]
    with pytest.raises(ClientError, match="ResourceConflictException"):
        permit(probe, "bucket", "s3.amazonaws.com")
    with pytest.raises(ClientError, match="PreconditionFailedException"):
        probe.client.remove_permission(FunctionName="shared", StatementId="bucket", RevisionId="another")
    probe.client.remove_permission(
        FunctionName="shared", StatementId="bucket", RevisionId=found["RevisionId"]
    )
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        probe.client.get_policy(FunctionName="shared")


REFUSED = {
    "nobody": ({"Principal": "arn:aws:iam::123456789012:user/nobody"}, "principal was invalid"),
    "an account that isn't there": ({"Principal": "999999999999"}, "principal was invalid"),
    "the latest": ({"Qualifier": "$LATEST"}, "not support adding policies for"),
    "no such version": ({"Qualifier": "99"}, "ResourceNotFoundException"),
    "a version in another spelling": ({"Qualifier": "01"}, "ResourceNotFoundException"),
    "a number that is too large": ({"Qualifier": "9" * 30}, "ResourceNotFoundException"),
    "no such alias": ({"Qualifier": "none"}, "ResourceNotFoundException"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(probe: Probe, case: str) -> None:
    given, said = REFUSED[case]
    with pytest.raises(ClientError, match=said):
        permit(probe, "refused", **{"principal": "s3.amazonaws.com"} | lowered(given))


def lowered(given: dict[str, str]) -> dict[str, str]:
    return {"principal" if name == "Principal" else name: value for name, value in given.items()}


def test_a_policy_has_a_size(probe: Probe) -> None:
    for number in range(200):
        arn = f"arn:aws:s3:::{'x' * 900}{number}"
        try:
            permit(probe, f"s{number}", "s3.amazonaws.com", SourceArn=arn)
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "PolicyLengthExceededException"
            assert number > 10
            return
    pytest.fail("it has none")
