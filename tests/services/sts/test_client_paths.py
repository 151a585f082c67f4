"""How clients get the credentials of a role, each as it is: profiles of boto3 and the aws CLI, the SDK for
JavaScript, and the signed request by which Vault is told who calls (EKS: test_eks_tokens.py).

A profile is a file. Each client runs in a process of its own, without a terminal, and has nothing else.
"""

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.services.sts import node
from tests.services.sts.harness import ACCOUNT, arn, document
from tests.services.sts.issuer import Issuer

from watchword.proofs.mfa import STEP_SECONDS, code_of
from watchword.testing import Server

AWS = Path(sys.executable).with_name("aws")
BOTO3 = """
import boto3, sys
session = boto3.Session(profile_name=sys.argv[1])
print(session.client("sts").get_caller_identity()["Arn"])
"""
EXPIRY = """
import boto3, sys
credentials = boto3.Session(profile_name=sys.argv[1]).get_credentials()
credentials.get_frozen_credentials()
print(credentials._expiry_time.timestamp())
"""
CONFIG = """\
[profile ann]
region = us-east-1

[profile chained]
role_arn = {second}
source_profile = worker

[profile worker]
role_arn = {worker}
source_profile = ann
role_session_name = morning
external_id = tenant-7
duration_seconds = 1800

[profile environment]
role_arn = {worker}
credential_source = Environment
external_id = tenant-7

[profile pod]
role_arn = {pod}
web_identity_token_file = {token}
role_session_name = pod-1

[profile mfa]
role_arn = {mfa}
source_profile = ann
mfa_serial = {serial}

[profile stranger]
role_arn = {worker}
source_profile = ann
"""


@dataclass
class Home:
    """A home directory with profiles, and the secret of ann's MFA device."""

    directory: Path
    server: Server
    key: dict[str, str]
    seed: bytes
    step: int

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "AWS_ENDPOINT_URL": self.server.endpoint,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(self.directory / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.directory / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }

    @property
    def as_environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": self.key["SecretAccessKey"],
        }

    def run(self, *command: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Without a terminal: what is asked for is read from what was typed."""
        return subprocess.run(
            [sys.executable, *command],
            input=typed,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )

    def code(self) -> str:
        """The next one of a phone that is half an hour late, so that no test waits for it."""
        self.step += 1
        return code_of(self.seed, self.step)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Issuer.start(tmp_path_factory.mktemp("issuer")) as started:
        yield started


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Any:
    with Server.start("--private-issuers", issuer.url) as server:
        yield make_home(tmp_path_factory.mktemp("home"), server, issuer)


def make_home(directory: Path, server: Server, issuer: Issuer) -> Home:
    iam: Any = boto3.client("iam", **server.client_arguments)
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=document("sts:*", Resource="*"))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = base64.b32decode(device["Base32StringSeed"])
    step = int(time.time()) // STEP_SECONDS - 60
    codes = {f"AuthenticationCode{n}": code_of(seed, step + n) for n in (1, 2)}
    iam.enable_mfa_device(UserName="ann", SerialNumber=device["SerialNumber"], **codes)
    iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])
    external, proved = (
        {"StringEquals": {"sts:ExternalId": "tenant-7"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    )
    federated = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer.name}"}
    for role, trust in {
        "worker": document("sts:AssumeRole", Principal={"AWS": ACCOUNT}, Condition=external),
        "second": document("sts:AssumeRole", Principal={"AWS": arn("worker")}),
        "mfa": document("sts:AssumeRole", Principal={"AWS": ACCOUNT}, Condition=proved),
        "pod": document("sts:AssumeRoleWithWebIdentity", Principal=federated),
    }.items():
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=document("*", Resource="*"))
    (directory / "token").write_text(issuer.token())
    names = {name: arn(name) for name in ("worker", "second", "mfa", "pod")}
    more = {"token": directory / "token", "serial": device["SerialNumber"]}
    (directory / "config").write_text(CONFIG.format(**names, **more))
    (directory / "credentials").write_text(
        f"[ann]\naws_access_key_id = {key['AccessKeyId']}\naws_secret_access_key = {key['SecretAccessKey']}\n"
    )
    return Home(directory, server, key, seed, step + 2)


PROFILES = {
    "ann": f"arn:aws:iam::{ACCOUNT}:user/ann",
    "worker": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/morning",
    "chained": f"arn:aws:sts::{ACCOUNT}:assumed-role/second/botocore-session-",
    "environment": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/botocore-session-",
    "pod": f"arn:aws:sts::{ACCOUNT}:assumed-role/pod/pod-1",
}


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_of_boto3(home: Home, profile: str) -> None:
    more = home.as_environment if profile == "environment" else {}
    done = home.run("-c", BOTO3, profile, **more)
    assert done.stdout.startswith(PROFILES[profile]), done.stderr


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_of_the_aws_cli(home: Home, profile: str) -> None:
    more = home.as_environment if profile == "environment" else {}
    done = home.run(*cli(profile), **more)
    assert done.stdout.startswith(PROFILES[profile]), done.stderr


def cli(profile: str) -> list[str]:
    question = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
    return [str(AWS), *question, "--profile", profile]


def test_a_code_that_is_typed(home: Home) -> None:
    mine = f"arn:aws:sts::{ACCOUNT}:assumed-role/mfa/"
    code = home.code()
    done = home.run(*cli("mfa"), typed=f"{code}\n")
    assert mine in done.stdout, done.stderr
    again = home.run("-c", BOTO3, "mfa", typed=f"{code}\n")
    assert "invalid MFA one time pass code" in again.stderr
    assert mine in home.run("-c", BOTO3, "mfa", typed=f"{home.code()}\n").stdout


def test_an_external_id_that_is_missing(home: Home) -> None:
    done = home.run(*cli("stranger"))
    assert "AccessDenied" in done.stderr
    assert "sts:AssumeRole" in done.stderr


def test_a_profile_says_how_long(home: Home) -> None:
    done = home.run("-c", EXPIRY, "worker")
    assert 1700 < float(done.stdout) - time.time() <= 1800, done.stderr


JAVASCRIPT: dict[str, tuple[str, dict[str, Any], str]] = {
    "source_profile": ("fromIni", {"profile": "worker"}, "assumed-role/worker/morning"),
    "a chain": ("fromIni", {"profile": "chained"}, "assumed-role/second/"),
    "web identity, by profile": ("fromIni", {"profile": "pod"}, "assumed-role/pod/pod-1"),
    "web identity, by environment": ("fromTokenFile", {}, "assumed-role/pod/"),
    "all that it looks for": ("fromNodeProviderChain", {"profile": "worker"}, "assumed-role/worker/morning"),
    "temporary credentials": (
        "fromTemporaryCredentials",
        {
            "params": {
                "RoleArn": arn("worker"),
                "RoleSessionName": "js",
                "ExternalId": "tenant-7",
                "DurationSeconds": 900,
            }
        },
        "assumed-role/worker/js",
    ),
}


@node.needs_node
@pytest.mark.parametrize(("provider", "options", "who"), JAVASCRIPT.values(), ids=JAVASCRIPT.keys())
def test_the_sdk_for_javascript(home: Home, provider: str, options: dict[str, Any], who: str) -> None:
    more = {
        "fromTokenFile": {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(home.directory / "token"),
            "AWS_ROLE_ARN": arn("pod"),
        }
    }
    more["fromTemporaryCredentials"] = home.as_environment
    environment = home.environment(**more.get(provider, {}))
    answer = json.loads(node.run("credentials.mjs", provider, json.dumps(options), **environment))
    assert who in answer["Arn"]
    assert answer["Account"] == ACCOUNT


SERVER_ID = "X-Vault-AWS-IAM-Server-ID"


def vault_login(home: Home, **changed: str) -> dict[str, Any]:
    """What a client of Vault's AWS auth method sends to Vault: a signed request, which Vault sends on.

    Source: Vault, "AWS auth method": IAM auth method; builtin/credential/aws/path_login.go.
    """
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        SERVER_ID: "vault.example.com",
    }
    request = AWSRequest("POST", home.server.endpoint, headers, body)
    SigV4Auth(Credentials(home.key["AccessKeyId"], home.key["SecretAccessKey"]), "sts", "us-east-1").add_auth(
        request
    )
    sent = dict(request.headers.items()) | changed
    with urllib.request.urlopen(
        urllib.request.Request(home.server.endpoint, body.encode(), {"Accept": "application/json"} | sent)
    ) as answer:
        found: dict[str, Any] = json.load(answer)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
    return found


def test_vault_is_told_who_calls(home: Home) -> None:
    assert vault_login(home)["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ann"


def test_a_login_for_another_vault_is_refused(home: Home) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        vault_login(home, **{SERVER_ID: "other.example.com"})
    assert (refused.value.code, json.load(refused.value)["Error"]["Code"]) == (403, "SignatureDoesNotMatch")
