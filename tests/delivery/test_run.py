"""watchword run, with unmodified boto3 in the program that it runs."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import boto3
import botocore
import pytest

from watchword.testing import Server

PAGE = Path(__file__).parents[2] / "docs" / "running-programs.md"
CALLER = "import boto3, json; i = boto3.client('sts').get_caller_identity(); print(json.dumps(i['Arn']))"
BUCKETS = "import boto3; boto3.client('s3').list_buckets(); print('listed')"
ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
BUNDLE = str(Path(botocore.__file__).with_name("cacert.pem"))
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


class Place(NamedTuple):
    """A server with two roles, and the environment of a user who may assume both."""

    server: Server
    environment: Mapping[str, str]
    app: str
    inner: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    with Server.start() as server:
        iam = boto3.client("iam", **server.client_arguments)
        root = f"arn:aws:iam::{server.account}:root"
        trust = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:*"}
        allowed = {"Effect": "Allow", "Action": ["s3:*", "sts:AssumeRole"], "Resource": "*"}
        user = iam.create_user(UserName="dev")["User"]["UserName"]
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document(allowed))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        app, inner = (
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
            for name in ("app", "inner")
        )
        iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=document(allowed))
        config = home / "config"
        config.write_text(f"[default]\nregion = eu-west-1\nendpoint_url = {server.endpoint}\n")
        keys = home / "credentials"
        keys.write_text(
            f"[default]\naws_access_key_id = {key['AccessKeyId']}\n"
            f"aws_secret_access_key = {key['SecretAccessKey']}\n"
        )
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(keys)}
        yield Place(server, {**own, **files}, app, inner)


def document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def run(place: Place, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "watchword", "run", *arguments]
    environment = {**place.environment, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_plain_boto3_is_the_role(place: Place) -> None:
    done = run(place, "--role", place.app, "--session-name", "s1", "--", sys.executable, "-c", CALLER)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == f"arn:aws:sts::{place.server.account}:assumed-role/app/s1"


def test_the_page_shows_what_happens(place: Place) -> None:
    shown = re.search(
        r"^\$ watchword run --profile watchword (.*)\n(\{[^}]*\})", PAGE.read_text(), re.MULTILINE
    )
    assert shown
    done = run(place, *shlex.split(shown[1].replace("-- aws", f"-- {Path(sys.executable).parent}/aws")))
    made = r"AROA\w+|(?<=watchword-run-)\d+"
    assert re.sub(made, "", done.stdout.strip()) == re.sub(made, "", shown[2]), done.stderr


def test_no_key_is_in_its_environment(place: Place) -> None:
    given = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "WATCHWORD_DATABASE": "postgresql://u:p@h/d"}
    done = run(place, "--role", place.app, "--", sys.executable, "-c", ENVIRONMENT, **given)
    found = json.loads(done.stdout)
    assert not found.keys() & {*KEYS, *given}
    assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert found["AWS_ENDPOINT_URL"] == place.server.endpoint


def test_the_certificates_of_the_profile_are_the_programs(place: Place, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(f"[default]\nendpoint_url = {place.server.endpoint}\nca_bundle = {BUNDLE}\n")
    asked = ("--role", place.app, "--", sys.executable, "-c", ENVIRONMENT)
    done = run(place, *asked, AWS_CONFIG_FILE=str(config))
    assert json.loads(done.stdout)["AWS_CA_BUNDLE"] == BUNDLE, done.stderr


def test_a_run_inside_a_run_has_the_inner_role_only(place: Place) -> None:
    inner = (sys.executable, "-m", "watchword", "run", "--role", place.inner, "--", sys.executable, "-c")
    done = run(place, "--role", place.app, "--", *inner, CALLER)
    assert ":assumed-role/inner/" in done.stdout
    done = run(place, "--role", place.app, "--", *inner, BUCKETS)
    assert done.returncode == 1
    assert "AccessDenied" in done.stderr


def test_a_session_policy_narrows(place: Place, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}))
    asked = ("--role", place.app, "--", sys.executable, "-c", BUCKETS)
    assert run(place, *asked).stdout == "listed\n"
    assert "AccessDenied" in run(place, "--policy", str(policy), *asked).stderr


def test_the_exit_code_is_the_programs(place: Place) -> None:
    assert run(place, "--role", place.app, "--", "sh", "-c", "exit 9").returncode == 9
    missing = run(place, "--role", place.app, "--", "not-there")
    assert (missing.returncode, missing.stderr) == (127, "watchword: not-there: not found\n")


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["--role", "{app}none"], {}, "AccessDenied"),
        (["--role", "app"], {}, "RoleArn"),
        (["--role", "{app}", "--duration", "14m"], {}, "valid min value: 900"),
        (["--role", "{app}", "--duration", "soon"], {}, "not a duration: 'soon'; say 900s, 15m or 1h"),
        (["--role", "{app}", "--policy", "none.json"], {}, "none.json"),
        (["--role", "{app}", "--profile", "none"], {}, "profile (none)"),
        (["--role", "{app}"], {"AWS_CONFIG_FILE": os.devnull}, "no endpoint: give --endpoint-url"),
        (
            ["--role", "{app}"],
            {"AWS_CONFIG_FILE": os.devnull, "AWS_DEFAULT_REGION": "cn-north-1", "AWS_MAX_ATTEMPTS": "1"},
            "no endpoint: give --endpoint-url",
        ),
        (["--role", "{app}", "--endpoint-url", "nowhere"], {}, "nowhere"),
        (
            ["--role", "{app}", "--endpoint-url", "http://127.0.0.1:1"],
            {"AWS_MAX_ATTEMPTS": "1"},
            "127.0.0.1:1",
        ),
        (
            ["--role", "{app}"],
            {"AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"},
            "no credentials to assume the role with",
        ),
    ],
)
def test_what_is_wrong_is_one_line(
    place: Place, arguments: list[str], variables: Mapping[str, str], said: str
) -> None:
    done = run(place, *(each.format(app=place.app) for each in arguments), "--", "true", **variables)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert said in done.stderr
