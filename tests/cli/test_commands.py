"""The list of commands, and what is loaded to run one."""

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from watchword.cli import COMMANDS, app

OF_THE_SERVER = {
    "botocore",
    "sqlalchemy",
    "uvicorn",
    "alembic",
    "cryptography",
    "obstore",
    "structlog",
    "rich",
}


def test_every_command_is_listed() -> None:
    listed = CliRunner().invoke(app, ["--help"])
    assert listed.exit_code == 0
    assert re.findall(r"^│ ([a-z-]+) +[A-Z]", listed.stdout, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_it_is_used(name: str) -> None:
    said = CliRunner().invoke(app, [name, "--help"])
    assert said.exit_code == 0
    assert f"{name} [OPTIONS]" in said.stdout


@pytest.mark.parametrize("name", ["account", "keyring", "root-key", "session"])
def test_a_command_of_commands_runs_none_by_itself(name: str) -> None:
    assert "Commands" in CliRunner().invoke(app, [name]).output


def test_a_misspelt_command_is_told_its_name() -> None:
    refused = CliRunner().invoke(app, ["dcide"])
    assert refused.exit_code == 2
    assert "Did you mean 'decide'?" in refused.stderr


@pytest.mark.parametrize("name", ["decide", "check", "test"])
def test_what_needs_no_server_loads_none(name: str) -> None:
    program = (
        f"import sys\nfrom watchword.cli import COMMANDS\nCOMMANDS[{name!r}].load()\nprint(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert not OF_THE_SERVER & set(loaded.split())
    assert "watchword.app" not in loaded.split()
