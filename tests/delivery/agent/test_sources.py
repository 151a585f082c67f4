"""By what the agent itself is known: a command, a profile or a token file, each read again in time."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from watchword.delivery.agent.sources import ITSELF, printed, source
from watchword.delivery.agent.sts import Wanted
from watchword.delivery.agent.written import Host
from watchword.delivery.supply import Issued, NotIssued, Refused

NOW = datetime(2026, 11, 28, tzinfo=UTC)
WANTED = Wanted("arn:aws:iam::111111111111:role/app", "app", 900)
KEYS = {"Version": 1, "AccessKeyId": "AKIAA", "SecretAccessKey": "secret"}
SESSION = {**KEYS, "SessionToken": "token", "Expiration": "2026-11-28T01:00:00Z"}


def command(printed: object, code: int = 0) -> list[str]:
    text = printed if isinstance(printed, str) else json.dumps(printed)
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})"]


class Server:
    """A server that gives a session to everyone, or to nobody."""

    def __init__(self) -> None:
        self.refuses = False
        self.by: list[str] = []

    def assume_role(self, wanted: Wanted, own: Issued) -> Issued:
        self.by.append(own.access_key_id)
        if self.refuses:
            raise Refused("no")
        return Issued(wanted.role, "ASIAB", "secret", "token", NOW + timedelta(hours=1))

    def assume_role_with_token(self, wanted: Wanted, token: str) -> Issued:
        self.by.append(token)
        return Issued(wanted.role, "ASIAB", "secret", "token", NOW + timedelta(hours=1))


def test_what_a_command_prints() -> None:
    assert printed(command(SESSION), NOW) == Issued(
        ITSELF, "AKIAA", "secret", "token", NOW + timedelta(hours=1)
    )
    assert printed(command(KEYS), NOW).expires == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["/nowhere/command"], "/nowhere/command: "),
        (command("", 3), "ended with exit code 3"),
        (command(""), "no credentials that can be read"),
        (command([]), "no credentials that can be read"),
        (command({**KEYS, "Version": 2}), "no credentials that can be read"),
        (command({**KEYS, "Version": "1"}), "no credentials that can be read"),
        (command({"Version": 1}), "no credentials that can be read"),
        (command({**SESSION, "Expiration": "2026-11-28T01:00:00"}), "no credentials that can be read"),
        (command({**SESSION, "Expiration": "2026-11-28T00:00:00Z"}), "ended at 2026-11-28 00:00:00"),
    ],
)
def test_a_command_that_prints_none(asked: list[str], said: str) -> None:
    with pytest.raises(NotIssued) as failed:
        printed(asked, NOW)
    assert said in str(failed.value)


def test_what_a_command_says_last_on_standard_error_is_told() -> None:
    fails = [sys.executable, "-c", "import sys; print('first', file=sys.stderr); sys.exit('the reason')"]
    with pytest.raises(NotIssued, match="the reason"):
        printed(fails, NOW)


def test_the_command_is_asked_once_for_many_roles_and_again_when_they_are_refused(tmp_path: Path) -> None:
    counted = tmp_path / "asked"
    script = f"open({str(counted)!r}, 'a').write('x'); print({json.dumps(SESSION)!r})"
    server: Any = Server()
    issue = source(Host(process=[sys.executable, "-c", script]), server, lambda: NOW).issue
    for _ in range(3):
        assert issue(WANTED).access_key_id == "ASIAB"
    assert counted.read_text() == "x"
    server.refuses = True
    with pytest.raises(Refused):
        issue(WANTED)
    server.refuses = False
    issue(WANTED)
    assert counted.read_text() == "xx"


def test_a_command_is_asked_again_before_what_it_gave_ends(tmp_path: Path) -> None:
    counted, now = tmp_path / "asked", NOW
    script = f"open({str(counted)!r}, 'a').write('x'); print({json.dumps(KEYS)!r})"
    server: Any = Server()
    found = source(Host(process=[sys.executable, "-c", script]), server, lambda: now)
    assert found.own
    found.issue(WANTED)
    now += timedelta(minutes=8)
    found.own.renew()
    assert counted.read_text() == "xx"


def test_a_token_file_is_read_each_time(tmp_path: Path) -> None:
    file, server = tmp_path / "token", Server()
    issue = source(Host(web_identity_token_file=str(file)), server, lambda: NOW).issue  # type: ignore[arg-type]
    with pytest.raises(NotIssued, match="No such file"):
        issue(WANTED)
    for token in ("a.b.c", "d.e.f"):
        file.write_text(f"{token}\n")
        issue(WANTED)
    assert server.by == ["a.b.c", "d.e.f"]
    file.write_bytes(b"\xff")
    with pytest.raises(NotIssued, match="ascii"):
        issue(WANTED)


def test_a_profile_is_what_botocore_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, keys, server = tmp_path / "config", tmp_path / "keys", Server()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    keys.write_text("[host]\naws_access_key_id = AKIAP\naws_secret_access_key = secret\n")
    source(Host(profile="host"), server, lambda: NOW).issue(WANTED)  # type: ignore[arg-type]
    assert server.by == ["AKIAP"]
    with pytest.raises(NotIssued, match=r"The config profile \(other\) could not be found"):
        source(Host(profile="other"), server, lambda: NOW).issue(WANTED)  # type: ignore[arg-type]
    config.write_text("[profile bare]\nregion = us-east-1\n")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(NotIssued, match="profile bare has no credentials"):
        source(Host(profile="bare"), server, lambda: NOW).issue(WANTED)  # type: ignore[arg-type]
