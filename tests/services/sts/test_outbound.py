"""GetWebIdentityToken over the wire: unmodified boto3 and the aws CLI, and a verifier that finds the keys.

Source: AWS STS API Reference, GetWebIdentityToken; IAM User Guide, "Understanding token claims".
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

import boto3
import jwt
import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, arn, client, code, document, make_role

from watchword.testing import Server

AWS = "https://sts.amazonaws.com/"
ASKED: dict[str, Any] = {"Audience": ["warehouse"], "SigningAlgorithm": "ES384"}


@pytest.fixture
def issuer(iam: Any) -> str:
    """The account's issuer, enabled."""
    return str(iam.enable_outbound_web_identity_federation()["IssuerIdentifier"])


def verified(issuer: str, token: str, audience: str = "warehouse") -> dict[str, Any]:
    """The claims, by PyJWT, which fetches what the issuer publishes."""
    metadata = fetched(f"{issuer}/.well-known/openid-configuration")
    assert metadata["issuer"] == issuer
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    algorithms = metadata["id_token_signing_alg_values_supported"]
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=algorithms, audience=audience, issuer=issuer)
    return claims


def fetched(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url) as answer:
        assert answer.headers["cache-control"] == "public, max-age=300"
        found: dict[str, Any] = json.load(answer)
    return found


def token(sts: Any, **asked: Any) -> str:
    return str(sts.get_web_identity_token(**(ASKED | asked))["WebIdentityToken"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_what_it_says_of_a_user(iam: Any, ann: Any, issuer: str, algorithm: str) -> None:
    iam.tag_user(UserName="ann", Tags=[{"Key": "team", "Value": "red"}])
    answer = ann.get_web_identity_token(
        Audience=["warehouse"], SigningAlgorithm=algorithm, Tags=[{"Key": "job", "Value": "7"}]
    )
    claims = verified(issuer, answer["WebIdentityToken"])
    assert jwt.get_unverified_header(answer["WebIdentityToken"])["alg"] == algorithm
    user = f"arn:aws:iam::{ACCOUNT}:user/ann"
    assert claims["sub"] == user
    assert claims["exp"] - claims["iat"] == 300
    assert answer["Expiration"] == datetime.fromtimestamp(claims["exp"], UTC)
    assert claims[AWS] == {
        "aws_account": ACCOUNT,
        "source_region": "us-east-1",
        "principal_id": user,
        "principal_tags": {"team": "red"},
        "request_tags": {"job": "7"},
    }


def test_what_it_says_of_a_session(watchword: Server, iam: Any, ann: Any, issuer: str) -> None:
    """Its subject is the role; the session's tags and source identity go along."""
    make_role(iam, "worker", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", path="/jobs/")
    role = f"arn:aws:iam::{ACCOUNT}:role/jobs/worker"
    session = ann.assume_role(
        RoleArn=role, RoleSessionName="one", SourceIdentity="ann", Tags=[{"Key": "team", "Value": "blue"}]
    )["Credentials"]
    claims = verified(issuer, token(client(watchword, "sts", session)))
    assert claims["sub"] == claims[AWS]["principal_id"] == role
    assert claims[AWS]["source_identity"] == "ann"
    assert claims[AWS]["principal_tags"] == {"team": "blue"}
    assert datetime.fromisoformat(claims[AWS]["original_session_exp"]) == session["Expiration"]


def test_several_audiences(ann: Any, issuer: str) -> None:
    claims = verified(issuer, token(ann, Audience=["warehouse", "vault"]), "vault")
    assert claims["aud"] == ["warehouse", "vault"]


def test_by_the_aws_cli(watchword: Server, issuer: str) -> None:
    command = ("sts", "get-web-identity-token", "--audience", "warehouse", "--signing-algorithm", "RS256")
    answered = subprocess.run(
        [sys.executable, "-m", "awscli", *command],
        env={**os.environ, **watchword.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    claims = verified(issuer, json.loads(answered.stdout)["WebIdentityToken"])
    assert claims["sub"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_each_account_has_its_own_keys(ann: Any, issuer: str) -> None:
    keys = fetched(f"{issuer}/.well-known/jwks.json")["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES384"}
    for path in ("/.well-known/jwks.json", "/.well-known/openid-configuration", "/other", ""):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(issuer[:-1] + "x" + path)


def test_1_only_where_it_is_enabled(iam: Any, ann: Any) -> None:
    expected = "OutboundWebIdentityFederationDisabledException"
    assert code(ann.get_web_identity_token, **ASKED) == expected
    issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    issued = token(ann)
    iam.disable_outbound_web_identity_federation()
    assert code(ann.get_web_identity_token, **ASKED) == expected
    assert verified(issuer, issued)


def test_2_it_does_not_outlast_the_session(watchword: Server, iam: Any, ann: Any, issuer: str) -> None:
    make_role(iam, "worker", "sts:AssumeRole")
    assumed = ann.assume_role(RoleArn=arn("worker"), RoleSessionName="one", DurationSeconds=900)
    session = client(watchword, "sts", assumed["Credentials"])
    assert token(session, DurationSeconds=800)
    refused = code(session.get_web_identity_token, **ASKED, DurationSeconds=1000)
    assert refused == "SessionDurationEscalationException"


def test_3_it_has_a_largest_size(ann: Any, issuer: str) -> None:
    tags = [{"Key": f"k{number}", "Value": "v" * 256} for number in range(40)]
    assert code(ann.get_web_identity_token, **ASKED, Tags=tags) == "JWTPayloadSizeExceededException"


@pytest.mark.parametrize(
    "wrong",
    [
        {"SigningAlgorithm": "HS256"},
        {"DurationSeconds": 59},
        {"DurationSeconds": 3601},
        {"Audience": []},
        {"Audience": [f"a{number}" for number in range(11)]},
    ],
)
def test_what_cant_be_asked_for(watchword: Server, issuer: str, wrong: dict[str, Any]) -> None:
    sts = boto3.client(
        "sts",
        **watchword.client_arguments,
        config=boto3.session.Config(parameter_validation=False),  # type: ignore[attr-defined]
    )
    assert code(sts.get_web_identity_token, **(ASKED | wrong)) == "ValidationError"


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        (
            {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": ["warehouse"]}},
            {"Audience": ["vault"]},
        ),
        ({"NumericLessThanEquals": {"sts:DurationSeconds": "300"}}, {"DurationSeconds": 301}),
        ({"StringEquals": {"sts:SigningAlgorithm": "ES384"}}, {"SigningAlgorithm": "RS256"}),
        ({"Null": {"aws:TagKeys": "true"}}, {"Tags": [{"Key": "job", "Value": "7"}]}),
    ],
)
def test_a_policy_says_which(iam: Any, ann: Any, issuer: str, condition: Any, asked: Any) -> None:
    policy = document("sts:GetWebIdentityToken", Resource="*", Condition=condition)
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=policy)
    assert token(ann)
    assert code(ann.get_web_identity_token, **(ASKED | asked)) == "AccessDenied"


def test_tags_need_their_own_permission(iam: Any, ann: Any, issuer: str) -> None:
    policy = document("sts:GetWebIdentityToken", Resource="*")
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=policy)
    with pytest.raises(ClientError, match="sts:TagGetWebIdentityToken"):
        token(ann, Tags=[{"Key": "job", "Value": "7"}])


def test_it_assumes_no_role_here(watchword: Server, iam: Any, ann: Any, issuer: str) -> None:
    """As at AWS. Otherwise a session could outlast itself, and leave its limits."""
    iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])
    name = issuer.partition("://")[2]
    trust = document(
        "sts:AssumeRoleWithWebIdentity",
        Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"},
    )
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)
    refused = code(
        ann.assume_role_with_web_identity,
        RoleArn=arn("worker"),
        RoleSessionName="one",
        WebIdentityToken=token(ann, Audience=["sts.amazonaws.com"]),
    )
    assert refused == "InvalidIdentityToken"
