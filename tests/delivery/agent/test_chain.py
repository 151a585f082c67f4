"""Every source of credentials that an unmodified SDK has, in the order in which it looks for them.

All sources are there at once, each as somebody else. The first one wins. Then it is taken away, and the next
one wins, until instance metadata is the last. Sources: botocore, `create_credential_resolver`; AWS SDK for
JavaScript, `credential-provider-node`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from tests.delivery.agent.host import CALLER, PATIENT, Host, Running, allow
from tests.services.sts import node
from tests.services.sts.issuer import Issuer

from watchword.testing import Server

TOKEN = "the-token-of-the-app"
USERS = ("environment", "shared", "config", "boto")
CONFIG = {
    "assume role": "role_arn = {batch}\nsource_profile = source\n",
    "process": "credential_process = {process}\n",
    "config": "aws_access_key_id = {config.AccessKeyId}\naws_secret_access_key = {config.SecretAccessKey}\n",
}
BOTO3 = {
    "environment": "user/environment",
    "assume role": "assumed-role/batch/botocore-session-",
    "web identity": "assumed-role/pod/pod-1",
    "shared": "user/shared",
    "process": "assumed-role/app/by-process",
    "config": "user/config",
    "boto": "user/boto",
    "container": "assumed-role/app/app",
    "instance": "assumed-role/web/i-0abc",
}
"""Without SSO and `aws login`, whose services aren't served."""


@dataclass
class Key:
    """An access key."""

    AccessKeyId: str
    SecretAccessKey: str


@dataclass
class Place:
    """A host where every source is ready."""

    host: Host
    agent: Running
    keys: dict[str, Key]
    token_file: Path

    def environment(self, sources: list[str]) -> dict[str, str]:
        """What a program finds when it has these sources."""
        home = self.host.directory
        write = {"config": home / "config", "credentials": home / "credentials", "boto": home / "boto"}
        of_process = home / "process.json"
        values = {"batch": self.host.arn("batch"), "process": f"cat {of_process}", **self.keys}
        profile = "".join(text.format(**values) for name, text in CONFIG.items() if name in sources)
        write["config"].write_text(f"[default]\nregion = us-east-1\n{profile}")
        names = [("source", "environment"), *([("default", "shared")] if "shared" in sources else [])]
        write["credentials"].write_text("".join(_profile(name, self.keys[key]) for name, key in names))
        write["boto"].write_text(_profile("Credentials", self.keys["boto"]))
        more = {
            "environment": {
                "AWS_ACCESS_KEY_ID": self.keys["environment"].AccessKeyId,
                "AWS_SECRET_ACCESS_KEY": self.keys["environment"].SecretAccessKey,
            },
            "web identity": {
                "AWS_ROLE_ARN": self.host.arn("pod"),
                "AWS_ROLE_SESSION_NAME": "pod-1",
                "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.token_file),
            },
            "boto": {"BOTO_CONFIG": str(write["boto"])},
            "container": {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.agent.container}/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
            },
            "instance": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.agent.imds, **PATIENT},
        }
        files = {
            "AWS_CONFIG_FILE": str(write["config"]),
            "AWS_SHARED_CREDENTIALS_FILE": str(write["credentials"]),
        }
        given = {name: value for source in sources for name, value in more.get(source, {}).items()}
        return self.host.environment(**files, **given)


def _profile(name: str, key: Key) -> str:
    return f"[{name}]\naws_access_key_id = {key.AccessKeyId}\naws_secret_access_key = {key.SecretAccessKey}\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        Issuer.start(tmp_path_factory.mktemp("issuer")) as issuer,
        Server.start("--private-issuers", issuer.url) as server,
    ):
        host = Host.of(tmp_path_factory.mktemp("host"), server)
        keys = _everyone(host, issuer)
        token_file = host.directory / "token"
        token_file.write_text(issuer.token())
        text = (
            f'[instance]\nid = "i-0abc"\nrole = "{host.arn("web")}"\n'
            f'[workloads.app]\nrole = "{host.arn("app")}"\ntoken = "{TOKEN}"\n'
        )
        with host.agent(text) as agent:
            yield Place(host, agent, keys, token_file)


def _everyone(host: Host, issuer: Issuer) -> dict[str, Key]:
    """The users' keys. Roles are made, and what the process prints is written."""
    server = host.server
    iam = boto3.client("iam", **server.client_arguments)
    keys = {}
    for user in USERS:
        iam.create_user(UserName=user)
        made = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = Key(made["AccessKeyId"], made["SecretAccessKey"])
    may = allow("sts:AssumeRole", Resource="*")
    iam.put_user_policy(UserName="environment", PolicyName="roles", PolicyDocument=may)
    iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])
    provider = f"arn:aws:iam::{server.account}:oidc-provider/{issuer.name}"
    trust = allow("sts:AssumeRoleWithWebIdentity", Principal={"Federated": provider})
    iam.create_role(RoleName="pod", AssumeRolePolicyDocument=trust)
    of_user = {"aws_access_key_id": keys["environment"].AccessKeyId}
    of_user["aws_secret_access_key"] = keys["environment"].SecretAccessKey
    sts = boto3.client("sts", endpoint_url=server.endpoint, region_name="us-east-1", **of_user)
    session = sts.assume_role(RoleArn=host.arn("app"), RoleSessionName="by-process")["Credentials"]
    printed = {"Version": 1, **session, "Expiration": session["Expiration"].isoformat()}
    (host.directory / "process.json").write_text(json.dumps(printed))
    return keys


@pytest.mark.parametrize("first", BOTO3)
def test_boto3_takes_the_first_of_all_that_are_there(place: Place, first: str) -> None:
    names = list(BOTO3)
    environment = place.environment(names[names.index(first) :])
    done = subprocess.run(
        [sys.executable, "-c", CALLER], env=environment, capture_output=True, text=True, check=False
    )
    assert BOTO3[first] in done.stdout, done.stderr


JAVASCRIPT = ("environment", "assume role", "shared", "process", "web identity", "container", "instance")
"""A profile comes before the token file, and files of boto are nothing to it."""


@node.needs_node
@pytest.mark.parametrize("first", JAVASCRIPT)
def test_the_sdk_for_javascript_takes_the_first_of_all_that_are_there(place: Place, first: str) -> None:
    environment = place.environment(list(JAVASCRIPT[JAVASCRIPT.index(first) :]))
    patient = json.dumps({"timeout": 20_000, "maxRetries": 3})
    found = json.loads(node.run("credentials.mjs", "fromNodeProviderChain", patient, **environment))
    assert BOTO3[first].replace("botocore-session-", "") in found["Arn"]
