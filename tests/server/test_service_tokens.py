"""watchword token: a service of the host gets a token, and unmodified clients assume a role with its file."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from tests.server.harness import (
    Keys,
    Running,
    client,
    code_of,
    credentials,
    eventually,
    serve,
    told,
    watchword,
)

PAGE = Path(__file__).parents[2] / "docs" / "issued-tokens.md"
AUDIENCE = "sts.amazonaws.com"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose account issues tokens, and trusts them for the service `backup`, as the page says."""
    with serve(tmp_path_factory.mktemp("host") / "data") as server:
        iam: Any = client("iam", server.endpoint, credentials(server.data))
        issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        assert issuer.startswith(f"{server.endpoint}/_watchword/issuers/")
        iam.create_open_id_connect_provider(Url=issuer, ClientIDList=[AUDIENCE])
        page = PAGE.read_text().replace("ISSUER", issuer.partition("://")[2])
        (trust,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        trust = trust.replace("123456789012", credentials(server.data)["AccountId"])
        iam.create_role(RoleName="backup", AssumeRolePolicyDocument=trust)
        yield server


def environment(host: Running, account: str, file: Path) -> dict[str, str]:
    """What a unit of systemd has."""
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": host.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ROLE_ARN": f"arn:aws:iam::{account}:role/backup",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
    }


def token(host: Running, service: str, *arguments: str) -> str:
    result = watchword(
        "token", "--service", service, "--audience", AUDIENCE, "--data", str(host.data), *arguments
    )
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


def account_of(keys: Keys) -> str:
    return keys["AccountId"]


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_the_sdks_read_the_file(host: Running, tmp_path: Path, algorithm: str) -> None:
    """Round trip: our token, our AssumeRoleWithWebIdentity, and the aws CLI unchanged between them."""
    file = tmp_path / "token"
    assert token(host, "backup", "--file", str(file), "--algorithm", algorithm) == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    account = account_of(credentials(host.data))
    answered = subprocess.run(
        [sys.executable, "-m", "awscli", "sts", "get-caller-identity"],
        env=environment(host, account, file),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answered.returncode == 0, answered.stderr
    assert json.loads(answered.stdout)["Arn"].startswith(f"arn:aws:sts::{account}:assumed-role/backup/")


def assumed(host: Running, text: str) -> str:
    """The error code of assuming the role with that token."""
    keys = credentials(host.data)
    return code_of(
        client("sts", host.endpoint, keys).assume_role_with_web_identity,  # type: ignore[attr-defined]
        RoleArn=f"arn:aws:iam::{keys['AccountId']}:role/backup",
        RoleSessionName="one",
        WebIdentityToken=text,
    )


def test_another_service_is_another_subject(host: Running) -> None:
    assert assumed(host, token(host, "backup")) == ""
    assert assumed(host, token(host, "web")) == "AccessDenied"


def test_a_disabled_issuer_is_not_believed(host: Running) -> None:
    iam: Any = client("iam", host.endpoint, credentials(host.data))
    text = token(host, "backup")
    iam.disable_outbound_web_identity_federation()
    try:
        assert assumed(host, text) == "InvalidIdentityToken"
        arguments = ("--service", "backup", "--audience", AUDIENCE, "--data", str(host.data))
        assert "issues no tokens" in watchword("token", *arguments).stderr
    finally:
        iam.enable_outbound_web_identity_federation()
    assert assumed(host, text) == ""


def test_the_token_says_who_and_how_long(host: Running) -> None:
    claims = jwt.decode(token(host, "backup", "--duration", "600"), options={"verify_signature": False})
    assert claims["sub"] == "service:backup"
    assert claims["aud"] == AUDIENCE
    assert claims["exp"] - claims["iat"] == 600
    assert claims.keys() == {"iss", "sub", "aud", "iat", "exp", "jti"}


def test_it_is_recorded(host: Running) -> None:
    text = token(host, "backup")
    claims = jwt.decode(text, options={"verify_signature": False})
    events = watchword("audit", "operators", "--data", str(host.data), "--json").stdout
    assert claims["jti"] in events
    assert text not in events


def test_a_kept_file_is_replaced(host: Running, tmp_path: Path) -> None:
    """Long before the token ends; and readers never see half a token."""
    file = tmp_path / "token"
    command = ["token", "--service", "backup", "--audience", AUDIENCE, "--file", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPING, *command, "--keep", "--data", str(host.data)],
    )
    try:
        assert eventually(file.exists)
        first = file.read_text()
        assert eventually(lambda: file.read_text() != first)
        assert assumed(host, file.read_text()) == ""
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    assert [each.name for each in tmp_path.iterdir()] == ["token"]


KEEPING = """
from watchword.cli import main, token
token.RENEWED_AFTER = 0.0001
main()
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--service", "../x"], "not a name for a service: '../x'"),
        (["--service", "backup", "--owner", "root"], "--owner has an effect only with --file"),
        (["--service", "backup", "--keep"], "--keep has an effect only with --file"),
        (["--service", "backup", "--file", "/nowhere/token"], "/nowhere/token: No such file or directory"),
        (["--service", "backup", "--account", "999999999999"], "no such account: 999999999999"),
    ],
)
def test_what_cant_be_done_is_one_line(host: Running, arguments: list[str], said: str) -> None:
    result = watchword("token", "--audience", AUDIENCE, "--data", str(host.data), *arguments)
    assert result.exit_code == 2
    assert result.stderr == f"watchword: {said}\n"


def test_an_account_that_issues_none_says_how(host: Running) -> None:
    other = told("account", "create", "other", "--data", str(host.data))["AccountId"]
    arguments = ("--service", "backup", "--audience", AUDIENCE, "--account", other)
    result = watchword("token", *arguments, "--data", str(host.data))
    assert "first `aws iam enable-outbound-web-identity-federation`" in result.stderr
