"""A profile is written whole, shown, and left alone once it is right."""

import json
import stat
from pathlib import Path

import pytest
from tests.server.harness import told, watchword

from watchword.cli import aws_profile

VALUES = {"endpoint_url": "http://127.0.0.1:1", "region": "us-east-1"}
WRITTEN = "endpoint_url = http://127.0.0.1:1\nregion = us-east-1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"[profile w]\n{WRITTEN}"),
        ("[default]\nregion = x", f"[default]\nregion = x\n\n[profile w]\n{WRITTEN}"),
        (
            "# mine\n[profile w] \n; why\nREGION=eu-west-1\ns3 =\n  region = keep\n\n[profile wide]\nx = y\n",
            f"""# mine
[profile w] \n; why
region = us-east-1
s3 =
  region = keep
endpoint_url = {VALUES["endpoint_url"]}

[profile wide]
x = y
""",
        ),
        (f'[ profile  "w" ]\n{WRITTEN}output = json\n', f'[ profile  "w" ]\n{WRITTEN}output = json\n'),
        ("[w]\nregion = other", f"[w]\nregion = other\n\n[profile w]\n{WRITTEN}"),
    ],
)
def test_a_profile_in_a_text(before: str, after: str) -> None:
    assert aws_profile.changed(before, "w", VALUES) == after
    assert aws_profile.changed(after, "w", VALUES) == after


def test_the_default_profile_has_no_prefix() -> None:
    assert aws_profile.changed("", "default", VALUES) == f"[default]\n{WRITTEN}"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a person who has none yet, and a store."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws" / "credentials"))
    monkeypatch.setenv("WATCHWORD_DATA", str(tmp_path / "data"))
    told("account", "create", "x")
    return tmp_path / "aws" / "config"


def test_it_is_shown_and_done_once(config: Path) -> None:
    first = watchword("configure").stdout.splitlines()
    assert first[0] == f"{config}: profile watchword"
    assert first[1:3] == ["  + endpoint_url = http://127.0.0.1:4566", "  + region = us-east-1"]
    assert first[3].startswith("  + credential_process = ")
    assert first[4] == "export AWS_PROFILE=watchword AWS_ENDPOINT_URL=http://127.0.0.1:4566"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    written = config.stat()
    again = watchword("configure").stdout.splitlines()
    assert again[0] == f"{config}: profile watchword is so already"
    assert config.stat().st_mtime_ns == written.st_mtime_ns
    assert config.stat().st_ino == written.st_ino
    changed = watchword("configure", "--region", "eu-west-1").stdout
    assert "  - region = us-east-1\n  + region = eu-west-1\n" in changed
    assert told("configure", "--output", "json")["Changed"] == ["region"]


def test_a_link_stays_one_and_so_does_a_mode(config: Path, tmp_path: Path) -> None:
    config.parent.mkdir()
    real = tmp_path / "dotfiles"
    real.write_text("[default]\n")
    real.chmod(0o644)
    config.symlink_to(real)
    assert watchword("configure").exit_code == 0
    assert config.is_symlink()
    assert "[profile watchword]" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("in_config", "in_credentials", "said"),
    [
        ("[profile watchword]\nrole_arn = x\n", "", "profile watchword has role_arn, which wins"),
        ("", "[watchword]\naws_access_key_id = AKIA\n", "has keys for watchword, which win"),
    ],
)
def test_a_profile_that_has_other_credentials(
    config: Path, in_config: str, in_credentials: str, said: str
) -> None:
    config.parent.mkdir()
    config.write_text(in_config)
    config.with_name("credentials").write_text(in_credentials)
    refused = watchword("configure")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert config.read_text() == in_config


@pytest.mark.parametrize("name", ["", "a]b", "a b", "a\nb", "x" * 65])
def test_a_name_that_is_none(config: Path, name: str) -> None:
    assert "not the name of a profile" in watchword("configure", "--profile", name).stderr
    assert not config.exists()


def test_what_wins_over_it_is_named(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere")
    assert "AWS_ENDPOINT_URL is set here and wins over the profile" in watchword("configure").stderr


def test_a_value_that_would_begin_a_line(config: Path) -> None:
    refused = watchword("configure", "--region", "x\n[profile y]")
    assert refused.exit_code == 2
    assert not config.exists()


def test_a_session_is_kept(config: Path, tmp_path: Path) -> None:
    first = told("credentials")
    assert told("credentials")["AccessKeyId"] == first["AccessKeyId"]
    (file,) = (tmp_path / "data" / "sessions").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first["SecretAccessKey"] not in file.read_text()
    file.write_text("broken")
    assert told("credentials")["AccessKeyId"] != first["AccessKeyId"]
    events = [json.loads(line)["eventName"] for line in watchword("audit", "operators").stdout.splitlines()]
    assert events.count("MintCredentials") == 2
