"""The list of commands, and what is loaded to run one."""

import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.harness import PATIENCE_SECONDS
from typer.testing import CliRunner

from watchword import __version__
from watchword.cli import COMMANDS, app
from watchword.cli.ending import INTERRUPTED
from watchword.cli.help import WIDTH

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
    listed = CliRunner().invoke(app, ["-h"])
    assert listed.exit_code == 0
    commands = listed.stdout.partition("Commands:\n")[2]
    assert re.findall(r"^  ([a-z-]+) +[A-Z]", commands, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_it_is_used(name: str) -> None:
    said = CliRunner().invoke(app, [name, "--help"])
    assert said.exit_code == 0
    assert f"{name} [OPTIONS]" in said.stdout


def every_command() -> Iterator[list[str]]:
    """The words of every command, subcommands included."""
    for name, entry in COMMANDS.items():
        yield [name]
        yield from ([name, inner] for inner in getattr(entry.load(), "commands", ()))


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_help_fits_a_terminal_and_no_name_is_broken(command: list[str]) -> None:
    said = CliRunner().invoke(app, [*command, "-h"], env={"COLUMNS": "40"})
    assert said.exit_code == 0
    assert max(map(len, said.stdout.splitlines())) <= WIDTH
    found = COMMANDS[command[0]].load()
    found = found.commands[command[1]] if command[1:] else found
    variables = {each.envvar for each in found.params if each.envvar}
    assert variables <= set(re.findall(r"\bWATCHWORD_[A-Z0-9_]+\b", said.stdout))


@pytest.mark.parametrize("name", ["account", "keyring", "root-key", "session"])
def test_a_command_of_commands_runs_none_by_itself(name: str) -> None:
    assert "Commands" in CliRunner().invoke(app, [name]).output


def test_a_misspelt_command_is_told_its_name() -> None:
    refused = CliRunner().invoke(app, ["dcide"], prog_name="watchword")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "watchword: no such command 'dcide'. Did you mean 'decide'? (see watchword --help)\n"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["serve", "--prot", "1"], "no such option: --prot. Did you mean --host or --port?"),
        (["serve", "--port"], "option '--port' requires an argument"),
        (["serve", "--port", "ssh"], "Input should be a valid integer"),
        (["serve", "--workers", "0"], "Input should be greater than or equal to 1"),
        (["check"], "missing argument 'files'"),
        (["check", "--fail-on", "errors", "a"], "'errors' is not one of 'error', 'security-warning'"),
        (["decide", "a", "b\x1b[2J"], "\\x1b[2J"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_one_line(given: list[str], said: str) -> None:
    refused = CliRunner().invoke(app, given)
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith("watchword: ")
    assert said in refused.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["check", "--sarif", "--output", "json", "x"], "--sarif and --output don't go together"),
        (["check", "--sarif", "--expand", "x"], "--sarif and --expand don't go together"),
        (["check", "--json", "--expand", "-"], "the other options are for files"),
        (["credentials", "--account", "1", "--role", "x"], "--account and --role don't go together"),
        (["explain", "--last-denied", "id"], "REQUEST_ID and --last-denied don't go together"),
        (["explain", "--encoded", "--json", "id"], "--encoded and --output don't go together"),
    ],
)
def test_what_would_have_no_effect_is_refused(given: list[str], said: str) -> None:
    refused = CliRunner().invoke(app, given)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr


def test_what_the_environment_says_is_refused_only_beside_what_was_typed() -> None:
    surrounding = {"WATCHWORD_DATA": "/nowhere", "WATCHWORD_EPHEMERAL": "1", "WATCHWORD_HOST": "no.invalid"}
    refused = CliRunner().invoke(app, ["serve"], env=surrounding)
    assert "can't listen on no.invalid" in refused.stderr
    refused = CliRunner().invoke(app, ["serve", "--data", "/x"], env=surrounding)
    assert "--ephemeral and --data don't go together" in refused.stderr


def test_the_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == (
        f"watchword {__version__} (Python {platform.python_version()})\n"
    )


@pytest.mark.parametrize(
    ("words", "found"), [("check --fa", "--fail-on"), ("check --fail-on sec", "security-warning")]
)
def test_a_shell_completes_options_and_their_values(words: str, found: str) -> None:
    asked = {"COMP_WORDS": f"watchword {words}", "COMP_CWORD": str(words.count(" ") + 1)}
    program = [Path(sys.executable).with_name("watchword")]
    told = subprocess.run(
        program,
        env={**os.environ, **asked, "_WATCHWORD_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split() == [found]


def test_an_interrupt_ends_a_command_in_one_line() -> None:
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # as a shell's job does
    )
    program = f"{heeding}; from watchword.__main__ import main; main()"
    command = [sys.executable, "-c", program, "decide", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(b"{}\n")
        running.stdin.flush()
        assert running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE_SECONDS) == INTERRUPTED
        assert running.stderr
        assert running.stderr.read() == b"watchword: interrupted\n"


def test_an_interrupt_while_modules_are_read_does_too() -> None:
    program = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *more):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from watchword.__main__ import main\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, "watchword: interrupted\n")


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


def test_a_whole_number_is_read_without_loading_what_converts_parameters() -> None:
    assert "pydantic" not in _loaded_by("explain", "--most", "3")


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
