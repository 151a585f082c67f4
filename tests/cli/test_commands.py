"""The list of commands, and what is loaded to run one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchword.cli import COMMANDS, app

OF_THE_SERVER = {
    "botocore",
    "sqlalchemy",
    "httptools",
    "alembic",
    "cryptography",
    "obstore",
    "uvloop",
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


def test_a_conversation_is_held_without_loading_what_converts_parameters() -> None:
    assert {"pydantic", "rich"}.isdisjoint(_loaded_by("decide", os.devnull))


def test_the_administrator_needs_no_engines_models_and_objects(tmp_path: Path) -> None:
    loaded = _loaded_by("credentials", "--data", str(tmp_path), "--format", "json")
    assert "watchword.store" in loaded
    assert {f"watchword.{name}" for name in ("policy", "wire", "objects", "sigv4", "facts")}.isdisjoint(
        loaded
    )


def _loaded_by(*arguments: str) -> set[str]:
    program = "import sys\nfrom watchword.cli import app\napp(sys.argv[1:], standalone_mode=False)\n"
    program += "print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return set(ran.stderr.split())
