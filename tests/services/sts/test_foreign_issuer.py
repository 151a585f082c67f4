"""Tokens of an OpenID Connect provider that isn't ours: npm's oidc-provider, running."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.sts import node
from tests.services.sts.harness import ACCOUNT, arn, client, document

from watchword.testing import Server

pytestmark = node.needs_node


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    process = node.start("issuer.mjs")
    assert process.stdout
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(10)
    process.stdout.close()


def token(issuer: str) -> str:
    """By client credentials, as a service gets it."""
    body = {"grant_type": "client_credentials", "scope": "deploy", "resource": "urn:aws"}
    secret = b64encode(b"deploy:secret").decode()
    request = Request(
        f"{issuer}/token", urlencode(body).encode(), headers={"Authorization": f"Basic {secret}"}
    )
    with urlopen(request) as answer:
        return str(json.load(answer)["access_token"])


def trust(issuer: str, subject: str) -> str:
    name = issuer.partition("://")[2]
    return document(
        "sts:AssumeRoleWithWebIdentity",
        Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"},
        Condition={"StringEquals": {f"{name}:aud": "sts.amazonaws.com", f"{name}:sub": subject}},
    )


def test_a_token_of_oidc_provider(issuer: str) -> None:
    with Server.start("--private-issuers", issuer) as server:
        iam: Any = boto3.client("iam", **server.client_arguments)
        iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])
        for role, subject in (("deploy", "deploy"), ("other", "other")):
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(issuer, subject))
        sts: Any = boto3.client("sts", **server.client_arguments)
        given = {"RoleSessionName": "run", "WebIdentityToken": token(issuer)}
        answer = sts.assume_role_with_web_identity(RoleArn=arn("deploy"), **given)
        assert (answer["SubjectFromWebIdentityToken"], answer["Provider"]) == ("deploy", issuer)
        who = client(server, "sts", answer["Credentials"]).get_caller_identity()
        assert who["Arn"].endswith(":assumed-role/deploy/run")
        with pytest.raises(ClientError, match="AccessDenied"):
            sts.assume_role_with_web_identity(RoleArn=arn("other"), **given)
        head, body, signature = given["WebIdentityToken"].split(".")
        forged = ".".join((head, body, signature[:-8] + "AAAAAAAA"))
        with pytest.raises(ClientError, match="InvalidIdentityToken"):
            sts.assume_role_with_web_identity(
                RoleArn=arn("deploy"), RoleSessionName="run", WebIdentityToken=forged
            )
