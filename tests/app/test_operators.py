"""What operators do on the host has an audit event, which says who they are for the operating system."""

import json
import os
import pwd
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from watchword.access import audit_lookup
from watchword.cli import app
from watchword.installation.administrator import Refused, create_account, new_root_key
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.operator import Operator
from watchword.installation.revoking import revoke_sessions
from watchword.installation.settings import Ephemeral, Settings

ME = Operator.current()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(Settings(tmp_path))
    yield opened
    opened.close()


def run(data: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(app, [*arguments, "--data", str(data)])
    assert done.exit_code == 0, done.output
    return done


def events(data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(data, "audit", "operators").stdout.splitlines()]


def made(event: dict[str, Any]) -> tuple[str, set[str], set[str]]:
    given, elements = event["requestParameters"] or {}, event["responseElements"] or {}
    return event["eventName"], set(given), set(elements)


def test_every_command_that_changes_or_hands_out_something_is_recorded(tmp_path: Path) -> None:
    run(tmp_path, "account", "create", "payments", "--id", "210987654321")
    run(tmp_path, "credentials", "--account", "210987654321")
    run(tmp_path, "root-key", "create", "--account", "210987654321")
    role = "arn:aws:iam::210987654321:role/watchword/WatchwordAdministrator"
    run(tmp_path, "credentials", "--role", role)
    run(tmp_path, "session", "revoke", role)
    run(tmp_path, "keyring", "rotate")
    run(tmp_path, "account", "list")
    found = events(tmp_path)
    assert [made(event) for event in found] == [
        ("Bootstrap", set(), {"keyId", "accountId"}),
        ("CreateAccount", {"name"}, {"accountId"}),
        ("MintCredentials", {"roleArn", "roleSessionName"}, {"accessKeyId", "expiration"}),
        ("CreateRootKey", set(), {"accessKeyId"}),
        ("MintCredentials", {"roleArn", "roleSessionName"}, {"accessKeyId", "expiration"}),
        ("RevokeSessions", {"subject"}, {"revoked", "subject"}),
        ("RotateKeyring", set(), {"keyId"}),
    ]
    for event in found:
        assert event["userIdentity"] == {
            "type": "Operator",
            "principalId": f"uid:{os.getuid()}",
            "userName": pwd.getpwuid(os.getuid()).pw_name,
        }
        assert event["sourceIPAddress"] == os.uname().nodename
        assert (event["eventSource"], event["readOnly"]) == ("watchword", False)
    assert [event["recipientAccountId"] for event in found[1:]] == ["210987654321"] * 5 + [""]


def test_explain_shows_it(tmp_path: Path) -> None:
    run(tmp_path, "account", "create", "x")
    run(tmp_path, "root-key", "create")
    event = events(tmp_path)[-1]
    said = run(tmp_path, "explain", event["requestID"]).stdout
    assert f"who      operator {ME.name} (uid {ME.uid})\n" in said
    assert "what     watchword:CreateRootKey\n" in said
    assert f"from     {ME.host}\n" in said


def test_nobody_else_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")
    run(tmp_path, "account", "create", "x")
    run(tmp_path, "credentials")
    said = json.dumps(events(tmp_path))
    assert "mallory" not in said
    assert f'"roleSessionName": "{ME.session_name}"' in said


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("ann", "ann"),
        ("ann.smith@example", "ann.smith@example"),
        ("DOMAIN\\ann", "DOMAINann"),
        ("", "uid-1000"),
        ("a", "uid-1000"),
        ("änn", "nn"),
        ("é", "uid-1000"),
        ("x" * 100, "x" * 64),
    ],
)
def test_a_session_is_named_after_the_user(name: str, session: str) -> None:
    assert Operator(1000, name, "here").session_name == session


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 2_000_000_000)
    found = Operator.current()
    assert (found.uid, found.name, found.session_name) == (2_000_000_000, "", "uid-2000000000")


def test_what_is_refused_leaves_no_event(installation: Installation) -> None:
    account = create_account(installation, "one", "")
    new_root_key(installation, account)
    new_root_key(installation, account)
    before = audit_lookup.of_operators(installation)
    for refused in (
        lambda: new_root_key(installation, account),
        lambda: create_account(installation, "again", account),
        lambda: revoke_sessions(installation, "ann"),
    ):
        with pytest.raises(Refused):
            refused()
    assert audit_lookup.of_operators(installation) == before


def test_an_event_stands_or_falls_with_what_was_done(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("watchword.installation.operator_events.audit.insert", full)
    with pytest.raises(OSError, match="full"):
        create_account(installation, "lost", "210987654321")
    monkeypatch.undo()
    assert create_account(installation, "made", "210987654321")


def test_a_request_cannot_pass_for_an_operators(installation: Installation) -> None:
    """What a request brings stands in texts of its event; the type doesn't."""
    create_account(installation, '","eventType":"OperatorCommand","x":"', "")
    other = replace(installation, operator=Operator(7, "OperatorCommand", "here"))
    create_account(other, "two", "")
    found = audit_lookup.of_operators(installation)
    assert [event["userIdentity"]["principalId"] for event in found][-1] == "uid:7"
    assert len(found) == 3


def test_an_ephemeral_server_records_the_key_that_it_hands_out(tmp_path: Path) -> None:
    start = Ephemeral("123456789012", "AKIA" + "A" * 16, "s" * 40)
    opened = open_installation(Settings(tmp_path, ephemeral=start))
    [event] = audit_lookup.of_operators(opened)
    opened.close()
    assert event["responseElements"]["accessKeyId"] == start.access_key_id
    assert start.secret not in json.dumps(event)
