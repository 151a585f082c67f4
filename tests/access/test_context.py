"""Which condition keys a call fills, over the wire, with unmodified boto3."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from watchword.access import Caller, Demand
from watchword.access.context import gather_context
from watchword.facts import Facts
from watchword.names import HttpRequest
from watchword.names.principal import Root
from watchword.testing import Server

TRUST_ALL_OF_THE_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def client(server: Server, service: str, credentials: dict[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="eu-central-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )


@pytest.fixture
def alice(watchword: Server) -> dict[str, str]:
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "red"}])
    keys: dict[str, str] = iam.create_access_key(UserName="alice")["AccessKey"]
    return keys


def allowed(server: Server, credentials: dict[str, str], condition: dict[str, dict[str, str]]) -> bool:
    iam = boto3.client("iam", **server.client_arguments)
    policy = document({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition})
    iam.put_user_policy(UserName="alice", PolicyName="when", PolicyDocument=policy)
    try:
        client(server, "iam", credentials).list_users()
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "AccessDenied"
        return False
    return True


@pytest.mark.parametrize(
    ("operator", "key", "true", "false"),
    [
        ("StringEquals", "aws:username", "alice", "bob"),
        ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/alice", "arn:aws:iam::*:user/bob"),
        ("StringEquals", "aws:PrincipalAccount", "123456789012", "210987654321"),
        ("StringEquals", "aws:PrincipalTag/team", "red", "blue"),
        ("StringEquals", "aws:PrincipalTag/TEAM", "red", "blue"),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "10.0.0.0/8"),
        ("StringEquals", "aws:RequestedRegion", "eu-central-1", "us-east-1"),
        ("Bool", "aws:SecureTransport", "false", "true"),
        ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
        ("NumericGreaterThan", "aws:EpochTime", "1600000000", "99999999999"),
        ("StringLike", "aws:UserAgent", "Boto3/*", "curl/*"),
        ("Null", "aws:TokenIssueTime", "true", "false"),
        ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
        ("Bool", "aws:ViaAWSService", "false", "true"),
        ("StringEquals", "aws:ResourceAccount", "123456789012", "210987654321"),
    ],
)
def test_a_users_keys(
    watchword: Server, alice: dict[str, str], operator: str, key: str, true: str, false: str
) -> None:
    assert allowed(watchword, alice, {operator: {key: true}})
    assert not allowed(watchword, alice, {operator: {key: false}})


def test_n13_no_header_fills_a_key_of_the_servers(watchword: Server, alice: dict[str, str]) -> None:
    """N13, N14, N39: who calls and from where is never taken from what the client sends."""
    iam = boto3.client("iam", **watchword.client_arguments)
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}, "IpAddress": {"aws:SourceIp": "10.0.0.1"}}
    policy = document({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition})
    iam.put_user_policy(UserName="alice", PolicyName="when", PolicyDocument=policy)
    mine = client(watchword, "iam", alice)

    def pretend(request: Any, **_: object) -> None:
        for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Aws-SourceIp"):
            request.headers[name] = "10.0.0.1"
        for name in ("Aws-PrincipalTag-team", "X-Amz-Principal-Tag-team"):
            request.headers[name] = "blue"

    mine.meta.events.register("before-sign", pretend)
    with pytest.raises(ClientError, match="AccessDenied"):
        mine.list_users()


def test_a_sessions_keys(watchword: Server, alice: dict[str, str]) -> None:
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_role(
        RoleName="reader",
        AssumeRolePolicyDocument=document(TRUST_ALL_OF_THE_ACCOUNT),
        Tags=[{"Key": "Team", "Value": "blue"}, {"Key": "floor", "Value": "2"}],
    )
    role = f"arn:aws:iam::{watchword.account}:role/reader"
    iam.put_user_policy(
        UserName="alice",
        PolicyName="assume",
        PolicyDocument=document({"Effect": "Allow", "Action": "sts:*", "Resource": role}),
    )
    conditions = {
        "StringEquals": {
            "aws:PrincipalType": "AssumedRole",
            "aws:PrincipalArn": role,
            "aws:PrincipalTag/team": "green",
            "aws:PrincipalTag/floor": "2",
            "aws:SourceIdentity": "alice",
        },
        "Null": {"aws:username": "true", "aws:TokenIssueTime": "false"},
    }
    iam.put_role_policy(
        RoleName="reader",
        PolicyName="list",
        PolicyDocument=document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": conditions}
        ),
    )
    sts = client(watchword, "sts", alice)
    arguments = {"RoleArn": role, "RoleSessionName": "morning", "SourceIdentity": "alice"}
    session = sts.assume_role(**arguments, Tags=[{"Key": "team", "Value": "green"}])
    assert session["SourceIdentity"] == "alice"
    assert session["PackedPolicySize"] > 0
    assert client(watchword, "iam", session["Credentials"]).list_users()["Users"]
    other = sts.assume_role(**arguments, Tags=[{"Key": "team", "Value": "grey"}])
    with pytest.raises(ClientError, match="AccessDenied"):
        client(watchword, "iam", other["Credentials"]).list_users()
    twice = [{"Key": "team", "Value": "x"}, {"Key": "TEAM", "Value": "y"}]
    with pytest.raises(ClientError, match="ValidationError"):
        sts.assume_role(**arguments, Tags=twice)


def test_no_operation_fills_a_key_of_the_servers() -> None:
    """What is true of the caller wins over what a call's own keys say."""
    claimed = {"aws:PrincipalAccount": "999999999999", "aws:PrincipalArn": "*", "aws:SourceIp": "10.0.0.1"}
    context = gather_context(
        cast("Facts", None),
        Caller(Root("123456789012")),
        HttpRequest("POST", peer="127.0.0.1"),
        Demand("iam:ListUsers", "*", "123456789012", claimed),
        region="us-east-1",
        now=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert context["aws:PrincipalAccount"] == "123456789012"
    assert context["aws:PrincipalArn"] == "arn:aws:iam::123456789012:root"
    assert context["aws:SourceIp"] == "127.0.0.1"
