"""What the pages say is what happens: links, commands, settings, and the tests that they name.

README's console blocks are pasted into one shell, in their order, with the real aws CLI, against a server
that was started as README starts it. `$ ` begins a command, which goes on while its quotes are open; what
follows is what it prints. Ids, times, paths and the breaking of lines may differ, nothing else.
"""

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest
from typer.testing import CliRunner

from watchword.cli import COMMANDS, app
from watchword.installation import root_key
from watchword.proofs.audit_chain import audit_key
from watchword.store.audit_files import Journal

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
MAKES = ("make run", "make test")
READ_THE_ENVIRONMENT = {"testing.py", "cli/aws_profile.py", "cli/configure.py", "cli/run.py"}
READ_THE_ENVIRONMENT |= {"functions/sandbox/inside.py", "cli/tour/no_passwords/search.py"}
"""Where SDKs are pointed at a server; what a program inherits; a function's own; what the tour searches.
typer reads the settings."""
WHO = "aws sts get-caller-identity"


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


class Block(NamedTuple):
    """A command of a console block, and what it prints."""

    command: str
    printed: str


def blocks(page: str) -> list[Block]:
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        pieces = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        found += [_split(piece.splitlines()) for piece in pieces]
    return found


def _split(lines: list[str]) -> Block:
    for end in range(1, len(lines) + 1):
        command = "\n".join(lines[:end])
        try:
            shlex.split(command)
        except ValueError:
            continue
        return Block(command, "\n".join(lines[end:]))
    raise AssertionError(f"open quotes: {lines[0]}")


# --- links and names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" not in target:
            file, _, heading = target.partition("#")
            found = page.parent / file if file else page
            assert found.exists(), target
            assert not heading or heading in headings(found), target


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert {page.name for page in pages} <= set(re.findall(r"\]\(([^)]+)\)", index))


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "docs"], ids=named)
def test_a_page_says_first_who_it_is_for(page: Path) -> None:
    assert re.match(r"# .+\n\nFor ", page.read_text())


def test_decisions_are_numbered_and_listed() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text()
    for number, page in enumerate(pages, 1):
        heading = page.read_text().splitlines()[0]
        assert page.name.startswith(f"{number:04}-")
        assert heading.startswith(f"# {number:04}: ")
        assert f"- [{number:04}]({page.name}): {heading[8:]}\n" in listed


def headings(page: Path) -> set[str]:
    """The anchors of a page, as they are made of its headings."""
    texts = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in texts}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_and_tests_that_are_named_exist(page: Path) -> None:
    for file, name in re.findall(r"`([\w/]+/[\w./-]+\.(?:py|json))(?:::(\w+))?`", page.read_text()):
        places = [place / file for place in (ROOT, ROOT / "tests", ROOT / "src" / "watchword")]
        found = next((place for place in places if place.exists()), None)
        assert found, file
        assert not name or f"def {name}(" in found.read_text(), f"{file}::{name}"


def test_tests_that_are_named_alone_exist() -> None:
    defined = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    assert {name for page in PAGES for name in re.findall(r"`(test_\w+)`", page.read_text())} <= defined


# --- commands ------------------------------------------------------------------------------------------


def known(name: str) -> Any:
    """The command, whole."""
    return COMMANDS[name].load()


def commands_of(page: str) -> set[str]:
    """Whatever begins with `watchword` and a word, in code."""
    code = [*re.findall(r"`([^`\n]+)`", page), *(block.command for block in blocks(page))]
    found = (re.search(r"(?:^|[\s\"(/])watchword ([a-z].*)", text, re.DOTALL) for text in code)
    return {match[1] for match in found if match}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_and_flags_exist(page: Path) -> None:
    helped = CliRunner().invoke(app, ["--help"]).stdout
    for text in commands_of(page.read_text()):
        words = text.split()
        assert re.search(rf"^\W*{words[0]}\s", helped, re.MULTILINE), text
        command = known(words[0])
        if hasattr(command, "commands") and len(words) > 1:
            assert words[1] in command.commands, text
            command = command.commands[words[1]]
        flags = {flag for option in command.params for flag in option.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", text)) <= flags | {"--help"}, text


def test_every_command_has_its_place_on_a_page() -> None:
    told = {text.split()[0] for page in PAGES for text in commands_of(page.read_text())}
    assert set(COMMANDS) <= told


def test_no_setting_is_read_beside_the_table() -> None:
    """Only these files read the environment, and no other name of ours stands there."""
    source = ROOT / "src" / "watchword"
    settings = {option.envvar for option in known("serve").params}
    for file in source.rglob("*.py"):
        text = file.read_text()
        assert set(re.findall(r"WATCHWORD_\w+", text)) <= settings, file
        reads = re.search(r"\benviron\b(?!ment)|\bgetenv\b", text) is not None
        assert reads == (file.relative_to(source).as_posix() in READ_THE_ENVIRONMENT), file


def test_the_table_of_settings_is_true() -> None:
    rows = re.findall(r"^\| `(--[\w-]+)` \| `(\w+)` \| (?:`([^`]+)`)? ?\| (.+) \|$", OPERATING, re.MULTILINE)
    told = [
        (option.opts[0], option.envvar, _default(option.default), option.help)
        for option in known("serve").params
        if option.name != "help"
    ]
    assert rows == told


def _default(value: object) -> str:
    home = str(Path("~").expanduser())
    return "" if value in (False, None) else str(value).replace(home, "~")


def test_commands_that_open_the_data_take_all_of_its_settings() -> None:
    settings = {"--data", "--database", "--root-key-file"}
    for name in COMMANDS.keys() - {"audit"}:  # which opens the journal alone
        command = known(name)
        for one in getattr(command, "commands", {name: command}).values():
            flags = {flag for option in one.params for flag in option.opts}
            assert settings & flags in (set(), settings), name


# --- what can run does run -----------------------------------------------------------------------------

RUN = {
    "console": {"README.md", "operating.md", "check.md", "decide.md", "policy-tests.md", "seeds.md"}
    | {"agent.md", "bucket-access.md", "functions.md", "running-programs.md", "state-machines.md"},
    "ini": {"agent.md", "identity-center.md"},
    "json": {"hosts.md", "identity-pools.md", "lakehouses.md", "issued-tokens.md", "roles-anywhere.md"}
    | {"pods.md", "saml.md", "web-identities.md"},
    "python": {"README.md", "functions.md", "signing.md"},
    "toml": {"agent.md", "pods.md"},
    "yaml": {"agent.md", "policy-tests.md", "seeds.md"},
}
"""Pages whose blocks are run: here, by tests/client/test_page.py, tests/delivery, tests/policy_tests,
tests/seeds, tests/server (test_access_portal.py, test_hosts.py, test_service_tokens.py), and in
tests/services by
cognito_identity/test_pools.py, lambda_/test_page.py, rolesanywhere/test_page.py, s3/test_page.py and sts
(test_lakehouse.py, test_saml.py and test_web_identity.py)."""


def test_every_block_is_of_a_page_that_is_run() -> None:
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for language in re.findall(r"^```(\w+)$", page.read_text(), re.MULTILINE):
            found.setdefault(language, set()).add(page.name)
    assert found == RUN


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory like a clone after `make run`."""
    (tmp_path / ".venv").symlink_to(BIN.parent)
    (tmp_path / "home").mkdir()
    return tmp_path


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """A stranger's: a home of their own, and nothing set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WATCHWORD_"))}
    return {**kept, "HOME": str(place / "home"), "PATH": f"{BIN}:{kept['PATH']}", "AWS_PAGER": ""}


@contextmanager
def started(arguments: list[str], place: Path, environment: dict[str, str]) -> Iterator[IO[str]]:
    """What a server prints."""
    command = [place / ".venv/bin/watchword", *arguments]
    with subprocess.Popen(
        command, cwd=place, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout
        try:
            yield process.stdout
        finally:
            process.terminate()


def pasted(commands: list[str], place: Path, environment: dict[str, str]) -> list[str]:
    """What each of the commands prints, in one shell."""
    mark = "- - - the next one - - -"
    script = "".join(f"{command}\necho '{mark}'\n" for command in commands)
    ran = subprocess.run(
        ["bash"], input=script, env=environment, cwd=place, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return ran.stdout.split(f"{mark}\n")[:-1]


def alike(text: str) -> str:
    """Without what differs from one time to the next."""
    for what, pattern in (
        ("<session>", r"botocore-session-\d+"),
        ("<request>", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("<time>", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("<account>", r"\b\d{12}\b"),
        ("<port>", r"(?<=127\.0\.0\.1:)\d+"),
        ("<path>", r"/\S+/(?=\.venv|\.watchword)"),
        (" ", r"\s+"),
    ):
        text = re.sub(pattern, what, text)
    return text.strip()


def test_the_first_screen_can_be_pasted(place: Path, environment: dict[str, str]) -> None:
    first, *rest = blocks(README)
    assert first.command == "make run"
    with started(["serve", "--port", "0"], place, environment) as printed:
        greeting = "".join(itertools.islice(printed, 3))
        assert alike(greeting) == alike(first.printed)
        lines = [line for line in greeting.splitlines() if line.startswith("    ")]
        steps = [block for block in rest if block.command not in MAKES and "serve" not in block.command]
        outputs = pasted([*lines, WHO, *(step.command for step in steps)], place, environment)
    assert outputs[0].count("export AWS_PROFILE=watchword")
    assert ":assumed-role/WatchwordAdministrator/" in outputs[1]
    for step, printed in zip(steps, outputs[2:], strict=True):
        assert alike(printed) == alike(step.printed), step.command
    assert steps[-1].command.endswith("explain --last-denied")
    assert "nearly: identity policy reports" in outputs[-1]


def test_an_ephemeral_server_says_what_the_readme_shows(place: Path, environment: dict[str, str]) -> None:
    block = next(block for block in blocks(README) if "--ephemeral" in block.command)
    with started(shlex.split(block.command)[1:], place, environment) as printed:
        said, shown = json.loads(printed.readline()), json.loads(block.printed)
    assert said.keys() == shown.keys()
    assert said["AccountId"] == shown["AccountId"]


def test_the_pytest_example_passes(place: Path, environment: dict[str, str]) -> None:
    example = re.search(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert example
    (place / "test_example.py").write_text(example[1])
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"],
        cwd=place, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


def test_the_state_machine_reads_its_letter(place: Path, environment: dict[str, str]) -> None:
    steps = blocks((ROOT / "docs" / "state-machines.md").read_text())
    with started(["serve", "--ephemeral", "--port", "0"], place, environment) as printed:
        said = json.loads(printed.readline())
        keys = {"AWS_ACCESS_KEY_ID": said["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": said["SecretAccessKey"]}
        more = {"AWS_ENDPOINT_URL": said["Endpoint"], "AWS_DEFAULT_REGION": "us-east-1"}
        outputs = pasted([step.command for step in steps], place, {**environment, **keys, **more})
    assert outputs[-1].strip() == steps[-1].printed
    assert [printed for printed in outputs if "error" in printed] == []


def test_the_example_of_checking_is_true(place: Path, environment: dict[str, str]) -> None:
    (block,) = blocks((ROOT / "docs" / "check.md").read_text())
    statement, *_ = re.findall(r"^     3 \|(.*)$", block.printed, re.MULTILINE)
    file = place / block.command.split()[-1]
    file.parent.mkdir()
    file.write_text(f'{{\n  "Version": "2012-10-17",\n{statement[1:]}\n}}\n')
    (printed,) = pasted([f"{block.command} || true"], place, environment)
    assert re.fullmatch(re.escape(block.printed).replace(re.escape("..."), ".*"), printed.rstrip("\n"))


def test_the_example_of_batches_is_true(place: Path, environment: dict[str, str]) -> None:
    shown, decided = blocks((ROOT / "docs" / "decide.md").read_text())
    (place / "asked.jsonl").write_text(shown.printed.replace("\n  ", " ") + "\n")
    assert pasted([decided.command], place, environment) == [f"{decided.printed}\n"]


OF_OPERATING = blocks(OPERATING)
SERVERS = [block for block in OF_OPERATING if " serve " in block.command]
OTHER_PROGRAMS = [block for block in OF_OPERATING if not block.command.startswith("watchword ")]


def runs_here(block: Block) -> bool:
    """A command that ends, and needs nothing that a page can't know."""
    return block not in SERVERS and block not in OTHER_PROGRAMS


@pytest.mark.parametrize("block", SERVERS, ids=lambda block: block.command.split()[2])
def test_the_servers_of_operating_start(block: Block, place: Path, environment: dict[str, str]) -> None:
    tls = "--tls-certificate" in block.command
    if tls:
        if shutil.which("openssl") is None:
            pytest.skip("no openssl here")
        (certificate,) = OTHER_PROGRAMS
        pasted([certificate.command], place, environment)
    arguments = [*shlex.split(block.command)[1:], "--port", "0"]
    with started(arguments, place, environment) as printed:
        assert f" at {'https' if tls else 'http'}://127.0.0.1:" in printed.readline()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data directory that nobody has used, found by the environment."""
    monkeypatch.setenv("WATCHWORD_DATA", str(tmp_path / "data"))


@pytest.mark.usefixtures("empty")
def test_the_commands_of_operating_run_in_their_order() -> None:
    steps = [block for block in OF_OPERATING if runs_here(block)]
    assert len(steps) == 13
    for step in steps:
        result = CliRunner().invoke(app, shlex.split(step.command)[1:])
        refused = "no request was denied yet" in result.stderr
        assert result.exit_code == 0 or (refused and "explain" in step.command), (step.command, result.stderr)
        assert step.printed in result.stdout


def test_the_chain_of_the_journal_is_checked_as_operating_says(place: Path) -> None:
    step = next(block for block in blocks(OPERATING) if "audit check" in block.command)
    data = place / "home" / ".watchword"
    data.mkdir()
    journal = Journal(data / "audit", audit_key(root_key.load_or_make(data / "root.key", os.urandom)))
    for number in range(3):
        journal.append({"number": number}, datetime.now(UTC))
    journal.close()
    (file,) = (data / "audit").iterdir()
    file.write_bytes(file.read_bytes().replace(b'"number":1', b'"number":9'))
    path = f"{BIN}:{os.environ['PATH']}"
    (said,) = pasted(
        [f"{step.command} || true"], place, os.environ | {"HOME": str(place / "home"), "PATH": path}
    )
    assert said.splitlines()[1:] == [f"{file}:2: doesn't follow the line before it"]
