"""Roles and callers for STS with unmodified boto3."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from watchword.testing import Server

ACCOUNT = "123456789012"
ALL = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def document(action: Any, **rest: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest}]})


def arn(role: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{role}"


def client(server: Server, service: str, credentials: dict[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )


def code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def make_role(iam: Any, name: str, *trusted: str, path: str = "/") -> None:
    trust = document(list(trusted), Principal={"AWS": ACCOUNT})
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document("*", Resource="*"))
