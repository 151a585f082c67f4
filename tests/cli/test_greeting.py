"""What a server says at its start works when it is pasted."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from watchword.cli.servers.kept import _greet
from watchword.installation.settings import Settings

Pasted = Callable[[Settings], list[list[str]]]


@pytest.fixture
def pasted(capsys: pytest.CaptureFixture[str]) -> Pasted:
    """The words of the line to paste, given settings."""

    def greet(settings: Settings) -> list[list[str]]:
        _greet("http://127.0.0.1:4566", settings, "123456789012")
        lines = capsys.readouterr().out.splitlines()
        return [shlex.split(line) for line in lines if line.startswith("    ")]

    return greet


def test_a_path_may_hold_anything(pasted: Pasted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/my projects/it's/watchword", "serve"])
    (line,) = pasted(Settings(Path("/my data"), root_key="keys/root"))
    assert line == [
        "/my projects/it's/watchword",
        "configure",
        "--data",
        "/my data",
        "--root-key-file",
        str(Path("keys/root").absolute()),
        "&&",
        "export",
        "AWS_PROFILE=watchword",
        "AWS_ENDPOINT_URL=http://127.0.0.1:4566",
    ]


def test_a_server_started_as_a_module(pasted: Pasted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/watchword/__main__.py", "serve"])
    assert pasted(Settings(Path("/data")))[0][:4] == [sys.executable, "-m", "watchword", "configure"]


def test_a_password_is_not_repeated(pasted: Pasted) -> None:
    assert "hush" not in str(pasted(Settings(Path("/data"), database="postgresql://me:hush@db/watchword")))
    assert "postgresql://me@db/w" in str(pasted(Settings(Path("/data"), database="postgresql://me@db/w")))
