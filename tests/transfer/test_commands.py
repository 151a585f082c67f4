"""watchword import and export, as an operator runs them, beside a server that goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.harness import Running, client, code_of, credentials, eventually, serve, watchword
from tests.transfer.files import A, account, file, other_account

from watchword.transfer.report import NEVER_IN_THE_FORM

pytestmark = pytest.mark.usefixtures("_quiet")


@pytest.fixture
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with one account."""
    place = tmp_path / "data"
    assert watchword("account", "create", "main", "--id", "999999999999", "--data", str(place)).exit_code == 0
    return place


def test_it_says_what_it_did(data: Path, tmp_path: Path) -> None:
    details = file(tmp_path, account())
    tried = watchword("import", str(details), "--dry-run", "--data", str(data))
    assert f"account {A}: would be made\naccount {A}: group: 1 would be made\n" in tried.stdout
    done = watchword("import", str(details), "--data", str(data))
    assert (tried.exit_code, done.exit_code, done.stderr) == (0, 0, "")
    assert done.stdout.splitlines() == [
        f"account {A}: made",
        *(f"account {A}: {noun}: 1 made" for noun in ("group", "instance-profile", "policy", "role", "user")),
        "not reproduced: MaxSessionDuration of roles isn't in the files: a new role has one hour",
        f"not reproduced: {NEVER_IN_THE_FORM}",
    ]
    again = watchword("import", str(details), "--json", "--data", str(data))
    assert json.loads(again.stdout)["accounts"][A]["role"] == {"same": 1}
    assert json.loads(again.stdout)["changed"] is False


def test_what_is_otherwise_is_refused_and_replaced_when_asked(data: Path, tmp_path: Path) -> None:
    watchword("import", str(file(tmp_path, account())), "--data", str(data))
    changed = account()
    changed["UserDetailList"][0]["Tags"] = []
    details = file(tmp_path, changed)
    refused = watchword("import", str(details), "--data", str(data))
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        f"{details}: $.UserDetailList[0]: arn:aws:iam::{A}:user/people/ann is here with other Tags",
        "nothing was changed; --replace replaces what is otherwise here",
    ]
    assert f"account {A}: user: 1 otherwise here" in refused.stdout
    replaced = watchword("import", str(details), "--replace", "--data", str(data))
    assert (replaced.exit_code, f"account {A}: user: 1 replaced" in replaced.stdout) == (0, True)


def test_hostile_names_stay_on_their_line(data: Path, tmp_path: Path) -> None:
    bad = account()
    bad["UserDetailList"][0]["Path"] = "/\u001b[31m\n/"
    refused = watchword("import", str(file(tmp_path, bad)), "--data", str(data))
    assert refused.exit_code == 1
    assert "\u001b" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 2


def test_an_export_is_what_the_aws_cli_reads(data: Path, tmp_path: Path) -> None:
    watchword(
        "import",
        str(file(tmp_path, account())),
        str(file(tmp_path, other_account(), "b.json")),
        "--data",
        str(data),
    )
    both = watchword("export", "--data", str(data))
    one = watchword("export", "--account", A, "--data", str(data))
    assert {user["Arn"].split(":")[4] for user in json.loads(both.stdout)["UserDetailList"]} == {
        A,
        "222222222222",
    }
    (user,) = json.loads(one.stdout)["UserDetailList"]
    assert user == account()["UserDetailList"][0] | {"CreateDate": "2024-05-01T10:00:00Z"}
    assert both.stdout.isascii()
    refused = watchword("export", "--account", "123456789012", "--data", str(data))
    assert (refused.exit_code, refused.stderr) == (2, "watchword: no such account: 123456789012\n")


def test_there_is_no_bar_in_a_pipe(data: Path, tmp_path: Path) -> None:
    details = file(tmp_path, account())
    done = subprocess.run(
        [sys.executable, "-m", "watchword", "import", str(details), "--data", str(data)],
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""


def test_a_server_decides_by_what_was_imported_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data) as server:
        watchword("import", str(file(tmp_path, account())), "--data", str(data))
        caller = _session(server, "worker")
        assert code_of(caller.list_users) == "AccessDenied"
        changed = account()
        changed["RoleDetailList"][0]["AttachedManagedPolicies"] = [
            {"PolicyName": "IAMReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}
        ]
        watchword("import", str(file(tmp_path, changed)), "--replace", "--data", str(data))
        assert eventually(lambda: code_of(caller.list_users) == "")


def _session(server: Running, role: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 a boto3 client
    keys = credentials(server.data, "--role", f"arn:aws:iam::{A}:role/{role}")
    return client("iam", server.endpoint, keys)
