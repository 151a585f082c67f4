"""What an ephemeral server begins with is what its seed says, or it doesn't begin."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from tests.server.harness import code_of, eventually, printing

from watchword.seeds import Wrong, read, written
from watchword.testing import Server

PAGE = (Path(__file__).parents[2] / "docs" / "seeds.md").read_text()
SEED = PAGE.partition("```yaml\n")[2].partition("```")[0]
A, B = "111122223333", "444455556666"
ANN = {"aws_access_key_id": "AKIAANN", "aws_secret_access_key": "another-secret"}


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("seed") / "seed.yaml"
    file.write_text(SEED)
    return file


@pytest.fixture(scope="module")
def server(seed: Path) -> Iterator[Server]:
    with Server.start("--seed", seed.name, directory=seed.parent) as started:
        yield started


def client(server: Server, service: str, **keys: str) -> Any:
    return boto3.client(service, **{**server.client_arguments, **keys})


def test_the_page_is_true(server: Server) -> None:
    assert (server.access_key_id, server.secret) == ("AKIAROOT", "a-secret-of-tests")
    assert set(server.accounts) == {A, B}
    for _ in range(2):  # and again after a reset
        session = client(server, "sts", **ANN).assume_role(
            RoleArn=f"arn:aws:iam::{A}:role/reporter", RoleSessionName="one"
        )["Credentials"]
        keys = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }
        client(server, "s3").put_object(Bucket="reports", Key="k")
        assert code_of(client(server, "s3", **keys).get_object, Bucket="reports", Key="k") == ""
        assert code_of(client(server, "s3", **ANN).put_object, Bucket="reports", Key="k") == "AccessDenied"
        iam = client(server, "iam")
        assert iam.list_user_tags(UserName="ann")["Tags"] == [{"Key": "team", "Value": "red"}]
        iam.create_user(UserName="gone")
        assert boto3.client("sts", **server.arguments_of(B)).get_caller_identity()["Account"] == B
        server.reset()
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ann"]
        assert code_of(client(server, "sts", **keys).get_caller_identity) == "InvalidClientTokenId"


def test_the_page_names_every_member() -> None:
    shapes = (each for each in vars(written).values() if isinstance(each, type))
    for shape in shapes:
        if issubclass(shape, msgspec.Struct) and shape.__module__ == written.__name__:
            for field in msgspec.structs.fields(shape):
                assert f"`{field.encode_name}`" in PAGE or field.encode_name == "accounts", field


TRUST = '{Version: 2012-10-17, Statement: {Effect: Allow, Principal: {AWS: "%s"}, Action: "sts:AssumeRole"}}'
NOBODY = f"arn:aws:iam::{B}:user/x"
ONE = f"accounts:\n  - id: {A}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accounts: []", ":1: accounts: there must be one"),
        ("acounts: []", ":1: there is no member 'acounts'; did you mean 'accounts'?"),
        ("accounts:\n  - id: 1", ":2: accounts[0].id: an account id is twelve digits, not '1'"),
        (f"{ONE}  - id: {A}", ":3: accounts[1].id: 111122223333 is given twice"),
        (f"{ONE}    users:\n      - nam: x", ":4: accounts[0].users[0] has no member 'nam'"),
        (f"{ONE}    rootKey: {{id: ASIAX, secret: xxxx}}", ":3: accounts[0].rootKey: an access"),
        (f"{ONE}    id: {A}", ":3: id is given twice"),
        ("[", ":1: "),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(text)
    with pytest.raises(Wrong) as wrong:
        read(file)
    assert str(wrong.value).startswith(f"{file}{said}")


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("users:\n  - name: a\n  - name: a", "5: accounts[0].users[1]: EntityAlreadyExists"),
        ("users:\n  - name: a b", "4: accounts[0].users[0]: ValidationError"),
        ("users:\n  - name: a\n    attached: [x]", "5: accounts[0].users[0].attached[0]: NoSuchEntity"),
        ("users:\n  - name: a\n    groups: [x]", "5: accounts[0].users[0].groups[0]: NoSuchEntity"),
        ("users:\n  - name: a\n    inline: {p: x.json}", "5: accounts[0].users[0].inline.p: x.json: No such"),
        ("users:\n  - name: a\n    inline:\n      p: {a: 1}", "6: accounts[0].users[0].inline.p: Malformed"),
        (f"roles:\n  - name: r\n    trust: {TRUST % NOBODY}", "5: accounts[0].roles[0].trust: Malformed"),
        ("buckets:\n  - name: X", "4: accounts[0].buckets[0]: InvalidBucketName"),
    ],
)
def test_what_a_client_could_not_make_is_refused_whole(tmp_path: Path, inner: str, said: str) -> None:
    file = tmp_path / "s.yaml"
    indented = inner.replace("\n", "\n    ")
    file.write_text(f"accounts:\n  - id: {A}\n    {indented}\n")
    command = [sys.executable, "-m", "watchword", "serve", "--ephemeral", "--port", "0", "--seed", str(file)]
    ended = subprocess.run(
        command, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"watchword: {file}:{said}")
    assert list(tmp_path.iterdir()) == [file]


def test_a_trust_policy_may_name_a_role_of_another_account(tmp_path: Path) -> None:
    a, b = (TRUST % f"arn:aws:iam::{account}:role/r" for account in (A, B))
    (tmp_path / "s.yaml").write_text(
        f"accounts:\n- {{id: {A}, roles: [{{name: r, trust: {b}}}]}}\n"
        f"- {{id: {B}, roles: [{{name: r, trust: {a}}}]}}\n"
    )
    with Server.start("--seed", "s.yaml", directory=tmp_path) as server:
        assert client(server, "iam").get_role(RoleName="r")["Role"]["RoleName"] == "r"


def test_a_file_says_when_it_is_ready(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    file.write_text("left by another")
    arguments = ["--ephemeral", "--ready-file", str(file), "--account", f"{A},{B}"]
    with printing(tmp_path / "e", *arguments) as server:
        assert eventually(lambda: file.exists() and file.read_text().endswith("\n"))
        said = json.loads(file.read_text())
        assert said["Endpoint"] == server.endpoint
        assert [each["AccountId"] for each in said["Accounts"]] == [A, B]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.exists()


def test_keys_can_be_given_and_printed_for_a_shell(tmp_path: Path) -> None:
    keys = {"WATCHWORD_ACCESS_KEY_ID": "test", "WATCHWORD_SECRET_ACCESS_KEY": "test-secret"}
    with printing(tmp_path / "e", "--ephemeral", "--format", "env", environment=keys) as server:
        eventually(lambda: "SECRET" in server.said)
        lines = [shlex.split(line) for line in server.said.splitlines()]
        values = dict(line[1].split("=", 1) for line in lines if line[0] == "export")
        assert values["AWS_ENDPOINT_URL"] == server.endpoint
        sts = boto3.client(
            "sts",
            endpoint_url=server.endpoint,
            region_name=values["AWS_REGION"],
            aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
        )
        assert values["AWS_ACCESS_KEY_ID"] == "test"
        assert sts.get_caller_identity()["Account"] == "123456789012"


def test_the_fixture_has_the_same_options(tmp_path: Path) -> None:
    (tmp_path / "seed.yaml").write_text(SEED)
    setting = re.search(r"^watchword_serve = .*$", PAGE, re.MULTILINE)
    assert setting
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.pytest.ini_options]\n{setting[0].replace('tests/', '')}\n"
    )
    (tmp_path / "test_it.py").write_text(
        "import boto3\n"
        "def test_it(watchword):\n"
        "    assert boto3.client('iam').get_user(UserName='ann')\n"
        f"    assert set(watchword.accounts) == {{'{A}', '{B}'}}\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout
