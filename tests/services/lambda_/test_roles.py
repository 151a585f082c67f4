"""Functions run under their role: who decides, when, and what is recorded of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.functions.probe import Probe
from tests.server.test_audit import events
from tests.services.lambda_.packages import ECHO

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

CANNOT = "The role defined for the function cannot be assumed by Lambda."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roles")


@pytest.fixture(scope="module")
def probe(place: Path) -> Iterator[Probe]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        probe = Probe.start()
    with probe:
        yield probe


@pytest.fixture
def iam(probe: Probe) -> BaseClient:
    return boto3.client("iam", **probe.server.client_arguments)


def data(place: Path) -> Path:
    return next(place.glob("watchword-*"))


def trust(**condition: Any) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]})


def test_a_plain_client_has_the_roles_permissions(probe: Probe) -> None:
    s3 = boto3.client("s3", **probe.server.client_arguments)
    s3.create_bucket(Bucket="payroll")
    s3.put_object(Bucket="payroll", Key="2026", Body=b"salaries")
    read = "boto3.client('s3').get_object(Bucket='payroll', Key='2026')['Body'].read().decode()"
    denied = probe.see(read)
    assert "is not authorized to perform: s3:GetObject" in denied["errorMessage"]
    arn = f"arn:aws:lambda:us-east-1:{probe.server.account}:function:probe"
    probe.allow("s3:GetObject", ArnEquals={"lambda:SourceFunctionArn": arn})
    assert probe.see(read) == "salaries"
    probe.allow("s3:GetObject", ArnEquals={"lambda:SourceFunctionArn": arn + "-other"})
    assert "s3:GetObject" in probe.see(read)["errorMessage"]


def test_the_record_says_for_which_function(probe: Probe, place: Path) -> None:
    probe.see("1")
    assumed = [event for event in events(data(place)).values() if event["eventName"] == "AssumeRole"]
    event = assumed[-1]
    assert event["userIdentity"] == {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    assert event["sourceIPAddress"] == event["userAgent"] == "lambda.amazonaws.com"
    assert event["recipientAccountId"] == probe.server.account
    assert event["requestParameters"]["roleSessionName"] == "probe"
    assert "HIDDEN" in event["responseElements"]["credentials"]["secretAccessKey"]


def test_trust_can_name_the_function_and_its_account(probe: Probe, iam: BaseClient) -> None:
    arn, account = f"arn:aws:lambda:us-east-1:{probe.server.account}:function:named", probe.server.account
    right = trust(ArnLike={"aws:SourceArn": arn}, StringEquals={"aws:SourceAccount": account})
    role = iam.create_role(RoleName="named", AssumeRolePolicyDocument=right)["Role"]["Arn"]
    made = probe.made | {"Role": role, "Code": {"ZipFile": ECHO}}
    probe.client.create_function(**made | {"FunctionName": "named"})
    assert probe.client.invoke(FunctionName="named", Payload=b"7")["Payload"].read() == b"7"
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{CANNOT}"):
        probe.client.create_function(**made | {"FunctionName": "deputy"})


def test_a_role_that_trusts_no_more(probe: Probe, iam: BaseClient, place: Path) -> None:
    role = iam.create_role(RoleName="fickle", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    probe.client.create_function(
        **probe.made | {"FunctionName": "fickle", "Role": role, "Code": {"ZipFile": ECHO}}
    )
    assert probe.client.invoke(FunctionName="fickle", Payload=b"7")["Payload"].read() == b"7"
    iam.update_assume_role_policy(
        RoleName="fickle", PolicyDocument=trust(StringEquals={"aws:SourceAccount": "999999999999"})
    )
    with pytest.raises(ClientError, match=f"AccessDeniedException.*{CANNOT}"):  # though it was warm
        probe.client.invoke(FunctionName="fickle")
    told = explain(data(place), "--last-denied")
    assert "sts:AssumeRole" in told
    request_id = told.partition("watchword explain ")[2].split(")")[0].replace("\n", "").strip()
    why = " ".join(explain(data(place), request_id).split())
    assert "lambda.amazonaws.com" in why
    assert "aws:SourceAccount" in why
    iam.update_assume_role_policy(RoleName="fickle", PolicyDocument=trust())
    assert probe.client.invoke(FunctionName="fickle", Payload=b"8")["Payload"].read() == b"8"
    iam.delete_role(RoleName="fickle")
    with pytest.raises(ClientError, match=f"AccessDeniedException.*{CANNOT}"):
        probe.client.invoke(FunctionName="fickle")


def explain(data: Path, what: str) -> str:
    command = [sys.executable, "-m", "watchword", "explain", what, "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_credentials_are_fresh_well_before_they_expire(probe: Probe) -> None:
    with probe.alone() as worker:
        key = worker.see("os.environ['AWS_ACCESS_KEY_ID']")
        worker.server.advance(40 * 60)
        assert worker.see("os.environ['AWS_ACCESS_KEY_ID']") == key
        worker.server.advance(15 * 60)
        other = worker.see("os.environ['AWS_ACCESS_KEY_ID']")
        assert other != key
        assert worker.see("boto3.client('sts').get_caller_identity()['Account']") == probe.server.account


def test_passing_a_role_is_decided(probe: Probe, iam: BaseClient) -> None:
    allowed = [
        {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        },
    ]
    for number, (statements, fits) in enumerate(((allowed[:1], False), (allowed, True))):
        name = f"developer-{number}"
        iam.create_user(UserName=name)
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        client = boto3.client("lambda", **probe.server.client_arguments | own)
        make = probe.made | {"FunctionName": name, "Code": {"ZipFile": ECHO}}
        if fits:
            client.create_function(**make)
            continue
        with pytest.raises(ClientError, match=r"AccessDeniedException.*iam:PassRole"):
            client.create_function(**make)


def test_code_in_a_bucket_is_read_as_the_caller(probe: Probe, iam: BaseClient) -> None:
    s3 = boto3.client("s3", **probe.server.client_arguments)
    s3.create_bucket(Bucket="packages")
    s3.put_object(Bucket="packages", Key="echo.zip", Body=ECHO)
    code = {"S3Bucket": "packages", "S3Key": "echo.zip"}
    made = probe.made | {"FunctionName": "from-bucket", "Code": code}
    probe.client.create_function(**made)
    assert probe.client.invoke(FunctionName="from-bucket", Payload=b"7")["Payload"].read() == b"7"
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*NoSuchKey"):
        probe.client.update_function_code(FunctionName="from-bucket", S3Bucket="packages", S3Key="none.zip")
    iam.create_user(UserName="blind")
    everything = {"Effect": "Allow", "Action": ["lambda:*", "iam:PassRole"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_user_policy(UserName="blind", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="blind")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    client = boto3.client("lambda", **probe.server.client_arguments | own)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*S3 Error Code: AccessDenied"):
        client.update_function_code(FunctionName="from-bucket", **code)


def test_no_secret_of_a_function_is_recorded_or_stored(probe: Probe, place: Path) -> None:
    secret = "hunter2-in-the-environment"
    made = probe.made | {"FunctionName": "secretive", "Environment": {"Variables": {"PASSWORD": secret}}}
    probe.client.create_function(**made)
    shown = probe.client.get_function_configuration(FunctionName="secretive")
    assert shown["Environment"] == {"Variables": {"PASSWORD": secret}}
    for file in data(place).rglob("*"):
        if file.is_file() and not file.is_relative_to(data(place) / "functions"):
            assert secret.encode() not in file.read_bytes(), file
