"""AssumeRoleWithWebIdentity with unmodified clients and live issuers: plain http, and TLS by thumbprint."""

import hashlib
import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from joserfc.jwk import ECKey, RSAKey
from tests.server.test_tls import make_certificate
from tests.services.sts.harness import ACCOUNT, arn, client, document
from tests.services.sts.issuer import ALL, Issuer

from watchword.testing import Server

AWS = Path(sys.executable).with_name("aws")
ACTION = "sts:AssumeRoleWithWebIdentity"
NOT_AUTHORIZED = f"Not authorized to perform {ACTION}"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with Issuer.start(tmp_path_factory.mktemp("issuer")) as started:
        yield started


@pytest.fixture(scope="module")
def started(issuer: Issuer) -> Iterator[Server]:
    with Server.start("--private-issuers", issuer.url) as server:
        yield server


@pytest.fixture
def server(started: Server, issuer: Issuer) -> Server:
    """An empty server, whose account trusts the issuer, with a role for `repo:acme/*`."""
    started.reset()
    issuer.publish({"first": issuer.keys["first"]})
    trust_provider(started, issuer)
    make_role(started, issuer, "deploy", ACTION)
    return started


def iam(server: Server) -> Any:
    return boto3.client("iam", **server.client_arguments)


def trust_provider(server: Server, issuer: Issuer, *thumbprints: str) -> None:
    iam(server).create_open_id_connect_provider(
        Url=issuer.url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=list(thumbprints)
    )


def make_role(server: Server, issuer: Issuer, name: str, *actions: str, **condition: Any) -> None:
    equal = {f"{issuer.name}:aud": "sts.amazonaws.com"}
    conditions = {"StringEquals": equal, "StringLike": {f"{issuer.name}:sub": "repo:acme/*"}} | condition
    trust = document(
        list(actions),
        Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer.name}"},
        Condition=conditions,
    )
    iam(server).create_role(RoleName=name, AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
    iam(server).put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document("*", Resource="*"))


def assume(server: Server, token: str, role: str = "deploy", **given: Any) -> Any:
    sts = boto3.client(
        "sts",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    return sts.assume_role_with_web_identity(
        RoleArn=arn(role), RoleSessionName="run-7", WebIdentityToken=token, **given
    )


def refusal(server: Server, token: str, role: str = "deploy", **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        assume(server, token, role, **given)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_what_is_answered(server: Server, issuer: Issuer) -> None:
    answer = assume(server, issuer.token())
    assert answer["SubjectFromWebIdentityToken"] == "repo:acme/site"
    assert answer["Audience"] == "sts.amazonaws.com"
    assert answer["Provider"] == issuer.url
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
    who = client(server, "sts", answer["Credentials"]).get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"]


@pytest.mark.parametrize("algorithm", ALL)
def test_every_algorithm(server: Server, issuer: Issuer, algorithm: str) -> None:
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    rsa, curve = issuer.keys["first"], curves.get(algorithm)
    issuer.publish(
        {"first": rsa, algorithm: ECKey.generate_key(curve) if curve else RSAKey.generate_key(2048)}
    )
    assert assume(server, issuer.token(algorithm, algorithm))


def test_trust_is_decided_on_claims(server: Server, issuer: Issuer) -> None:
    assert refusal(server, issuer.token(sub="repo:other/site")) == ("AccessDenied", NOT_AUTHORIZED)
    assert refusal(server, issuer.token(), "none") == ("AccessDenied", NOT_AUTHORIZED)
    make_role(server, issuer, "main", ACTION, StringEquals={f"{issuer.name}:ref": "refs/heads/main"})
    assert assume(server, issuer.token(ref="refs/heads/main"), "main")
    assert refusal(server, issuer.token(ref="refs/heads/x"), "main") == ("AccessDenied", NOT_AUTHORIZED)
    assert refusal(server, issuer.token(), "main") == ("AccessDenied", NOT_AUTHORIZED)


def test_tags_and_identity_come_from_the_token(server: Server, issuer: Issuer) -> None:
    tags = {"principal_tags": {"team": ["red"], "cost": ["7"]}, "transitive_tag_keys": ["team"]}
    told = {"https://aws.amazon.com/tags": tags, "https://aws.amazon.com/source_identity": "ann"}
    assert refusal(server, issuer.token(**told))[1] == "Not authorized to perform sts:TagSession"
    make_role(server, issuer, "tagged", ACTION, "sts:TagSession", "sts:SetSourceIdentity")
    answer = assume(server, issuer.token(**told), "tagged")
    assert answer["SourceIdentity"] == "ann"
    assert answer["PackedPolicySize"] > 0
    keys = {
        "aws:PrincipalTag/team": "red",
        "aws:SourceIdentity": "ann",
        f"{issuer.name}:sub": "repo:acme/site",
    }
    keys["aws:FederatedProvider"] = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer.name}"
    policy = document("*", Resource="*", Condition={"StringEquals": keys})
    session = assume(server, issuer.token(**told), "tagged", Policy=policy)["Credentials"]
    assert client(server, "iam", session).list_users()
    session = assume(server, issuer.token(**told | {"sub": "repo:acme/other"}), "tagged", Policy=policy)
    with pytest.raises(ClientError, match="AccessDenied"):
        client(server, "iam", session["Credentials"]).list_users()


def test_managed_session_policies_are_of_the_roles_account(server: Server, issuer: Issuer) -> None:
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert assume(server, issuer.token(), PolicyArns=[{"arn": read_only}])
    for wrong in (
        "arn:aws:iam::999999999999:policy/p",
        f"arn:aws:iam::{ACCOUNT}:policy/none",
        f"{read_only}x",
    ):
        code, said = refusal(server, issuer.token(), PolicyArns=[{"arn": wrong}])
        assert (code, said) == (
            "ValidationError",
            f"The session policy {wrong} does not exist in account {ACCOUNT}.",
        )


def test_how_long_a_session_lasts(server: Server, issuer: Issuer) -> None:
    code, said = refusal(server, issuer.token(), DurationSeconds=7201)
    assert code == "ValidationError"
    assert "MaxSessionDuration" in said
    session = assume(server, issuer.token(), DurationSeconds=900)["Credentials"]
    server.advance(901)
    with pytest.raises(ClientError, match="ExpiredToken"):
        client(server, "sts", session).get_caller_identity()


def test_boto3_and_the_aws_cli_find_the_token_in_its_file(
    server: Server, issuer: Issuer, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(issuer.token())
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
        "AWS_ROLE_ARN": arn("deploy"),
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    for command in (
        [sys.executable, "-c", program],
        [sys.executable, str(AWS), "sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
    ):
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ":assumed-role/deploy/botocore-session-" in said.stdout, said.stderr


def test_an_issuer_that_the_account_does_not_have_is_not_asked(started: Server, issuer: Issuer) -> None:
    started.reset()
    before = len(issuer.asked)
    code, said = refusal(started, issuer.token())
    assert (code, said) == (
        "InvalidIdentityToken",
        f"No OpenIDConnect provider found in your account for {issuer.url}",
    )
    assert len(issuer.asked) == before


def test_forged_tokens_cost_no_fetch(server: Server, issuer: Issuer) -> None:
    assert assume(server, issuer.token())
    before = len(issuer.asked)
    issuer.keys["other"] = RSAKey.generate_key(2048)
    for _ in range(20):
        assert refusal(server, issuer.token(kid="other"))[0] == "InvalidIdentityToken"
    assert len(issuer.asked) == before


@contextmanager
def _tls(directory: Path) -> Iterator[tuple[Issuer, str]]:
    certificate, _ = make_certificate(directory)
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    with Issuer.start(directory) as issuer:
        yield issuer, hashlib.sha1(der).hexdigest()


def test_tls_with_a_thumbprint(tmp_path: Path) -> None:
    with _tls(tmp_path) as (issuer, thumbprint), Server.start("--private-issuers", issuer.url) as server:
        trust_provider(server, issuer, thumbprint)
        make_role(server, issuer, "deploy", ACTION)
        assert assume(server, issuer.token())
        server.reset()
        trust_provider(server, issuer, "0" * 40)
        make_role(server, issuer, "deploy", ACTION)
        assert refusal(server, issuer.token())[0] == "IDPCommunicationError"


def test_the_trust_policies_of_the_recipes_can_be_stored(server: Server) -> None:
    page = (Path(__file__).parents[3] / "docs" / "web-identities.md").read_text()
    found = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    for number, policy in enumerate(found):
        iam(server).create_role(RoleName=f"recipe-{number}", AssumeRolePolicyDocument=policy)


def test_without_the_setting_nothing_private_is_reached(server: Server, issuer: Issuer) -> None:
    with Server.start() as other, pytest.raises(ClientError, match="InvalidInput"):
        trust_provider(other, issuer)
