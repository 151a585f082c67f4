"""Tokens as the documentation of each issuer shows them, and the role that `watchword trust` makes for them.

A vector has the arguments of the command, the claims of a token that may assume the role, and changes of
these that may not. The provider and the role are made as the command says.
"""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey
from tests.services.sts.issuer import key_set, signed

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.app import open_world
from watchword.gateway.dispatch import dispatch
from watchword.gateway.journey import journey
from watchword.installation.settings import Settings
from watchword.issuer_keys import Issuer
from watchword.names import Body, HttpRequest, HttpResponse
from watchword.names.principal import Root
from watchword.proofs.public_keys import Keys, read_keys
from watchword.world import World

ACCOUNT = "123456789012"
VECTORS = sorted((Path(__file__).parents[2] / "vectors" / "tokens").glob("*.json"))
KEY = ECKey.generate_key("P-256")


def trust(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "watchword", "trust", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    keys = read_keys(key_set({"first": KEY}))

    def published(_issuer: Issuer) -> Keys:
        return keys

    monkeypatch.setattr(Issuer, "keys", published)
    world = open_world(Settings(tmp_path, account=ACCOUNT))
    yield world
    world.close()


def make(world: World, arguments: list[str]) -> None:
    """The provider and the role, by what the command prints."""
    printed = trust(*arguments, "--account", ACCOUNT)
    (line,) = [line for line in printed.stderr.splitlines() if "create-open-id-connect-provider" in line]
    words = shlex.split(line)
    url, client_id = (words[words.index(flag) + 1] for flag in ("--url", "--client-id-list"))
    by = world, Caller(Root(ACCOUNT))
    provider = {"Url": url, "ClientIDList": [client_id]}
    dispatch(*by, ("iam", "CreateOpenIDConnectProvider"), provider, via=Via())
    role = {"RoleName": "deploy", "AssumeRolePolicyDocument": printed.stdout}
    dispatch(*by, ("iam", "CreateRole"), role, via=Via())


def ask(world: World, claims: dict[str, Any]) -> HttpResponse:
    now = int(time.time())
    claims = claims | {"iat": now, "nbf": now, "exp": now + 300}
    given = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/deploy",
        "RoleSessionName": "job",
        "WebIdentityToken": signed(json.dumps(claims).encode(), KEY, "ES256"),
    }
    headers = (("host", "localhost"), ("content-type", "application/x-www-form-urlencoded"))
    return journey(world, HttpRequest("POST", headers=headers, body=Body(urlencode(given).encode())))


@pytest.mark.parametrize("file", VECTORS, ids=lambda file: file.stem)
def test_who_may_assume_the_role(world: World, file: Path) -> None:
    vector = json.loads(file.read_text())
    make(world, vector["command"])
    assert ask(world, vector["claims"]).status == 200
    for name, changed in vector["refused"].items():
        assert ask(world, vector["claims"] | changed).status in (400, 403), name


def test_every_command_has_a_vector() -> None:
    listed = trust("--help").stdout
    commands = {json.loads(file.read_text())["command"][0] for file in VECTORS}
    assert len(commands) == 8
    assert commands <= set(listed.split())


WRONG = {
    "no repository": (["github", "--repo", "acme"], "--repo is OWNER/NAME, not 'acme'"),
    "every repository": (["github", "--repo", "acme/*"], "--repo is OWNER/NAME, not 'acme/*'"),
    "a branch and a tag": (
        ["github", "--repo", "acme/site", "--branch", "main", "--tag", "v1"],
        "--branch and --tag exclude each other",
    ),
    "no project": (["gitlab", "--project", "acme"], "--project is GROUP/PROJECT, not 'acme'"),
    "no SPIFFE id": (
        ["spire", "--issuer", "https://x.example", "--id", "orders"],
        "--id begins with spiffe://, not 'orders'",
    ),
    "no URL": (
        ["kubernetes", "--issuer", "x", "--namespace", "a", "--service-account", "b"],
        "the URL of an issuer begins with https://, not 'x'",
    ),
    "no account": (["github", "--repo", "acme/site", "--account", "7"], "an account id is twelve digits"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said(arguments: list[str], said: str) -> None:
    account = [] if "--account" in arguments else ["--account", ACCOUNT]
    printed = trust(*arguments, *account)
    assert printed.returncode == 2
    assert said in printed.stderr


def test_the_account_is_the_first_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHWORD_DATA", str(tmp_path / "none"))
    assert "--account says whose role it is" in trust("github", "--repo", "acme/site").stderr
    open_world(Settings(tmp_path, account="210987654321")).close()
    monkeypatch.setenv("WATCHWORD_DATA", str(tmp_path))
    assert "arn:aws:iam::210987654321:oidc-provider/" in trust("github", "--repo", "acme/site").stdout
