"""`watchword audit`: what the journal proves, and what was done to it after it was written."""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from watchword.cli import app
from watchword.installation import root_key
from watchword.proofs.audit_chain import audit_key
from watchword.store.audit_files import Journal, newest_first

NOW = datetime(2026, 11, 25, tzinfo=UTC)
WHOLE = "4 lines, each as a server wrote it; only a head that was kept shows whether more followed"
NOT_WHOLE = "not all as a server wrote them"


def write(data: Path, events: int = 4, day: datetime = NOW) -> Path:
    """A file that a server wrote."""
    journal = Journal(data / "audit", audit_key(root_key.load_or_make(data / "root.key", os.urandom)))
    before = set((data / "audit").iterdir())
    for number in range(events):
        journal.append({"eventID": str(number)}, day)
    journal.close()
    (written,) = set((data / "audit").iterdir()) - before
    return written


def write_old(file: Path, events: int = 4) -> Path:
    """A file as older versions wrote it, or anyone who wants to pass for one."""
    previous = ""
    with file.open("w") as target:
        for number in range(events):
            line = json.dumps({"eventID": str(number), "previousLine": previous})
            previous = hashlib.sha256(line.encode()).hexdigest()
            target.write(f"{line}\n")
    return file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def file(data: Path) -> Path:
    return write(data)


def audit(command: str, data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", command, "--data", str(data), *map(str, arguments)])


def check(data: Path, *arguments: object) -> Result:
    return audit("check", data, *arguments)


def test_what_is_as_it_was_written(file: Path, data: Path) -> None:
    for arguments in ((), (file,)):
        done = check(data, *arguments)
        assert (done.exit_code, done.stdout) == (0, f"{file}: {WHOLE}\n")


def test_a_line_that_was_taken_out(file: Path, data: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:1] + lines[2:]))
    done = check(data)
    assert done.exit_code == 1
    assert done.stdout == f"{file}: 3 lines, {NOT_WHOLE}\n{file}:2: doesn't follow the line before it\n"


def test_a_line_that_was_changed(file: Path, data: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"2"', b'"9"'))
    done = check(data, file)
    assert done.exit_code == 1
    assert done.stdout == f"{file}: 4 lines, {NOT_WHOLE}\n{file}:3: doesn't follow the line before it\n"


@pytest.mark.parametrize("line", [b"1", b"[]", b'{"a":"\xff"}', b"[" * 100_000, b"\0", b""])
def test_a_line_that_is_no_record(file: Path, data: Path, line: bytes) -> None:
    file.write_bytes(file.read_bytes() + line + b"\n")
    done = check(data)
    assert done.exit_code == 1
    assert f"{file}:5: doesn't follow the line before it\n" in done.stdout
    assert next(newest_first(file.parent))["eventID"] == "3"


def test_a_line_that_was_cut_off(file: Path, data: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])
    done = check(data)
    assert done.exit_code == 1
    assert f"{file}:4: isn't whole: its server ended while it wrote, or the file was cut off\n" in done.stdout


def test_a_file_under_another_name(file: Path, data: Path) -> None:
    other = file.rename(file.with_name("2026-11-26-1-0.jsonl"))
    done = check(data)
    assert done.exit_code == 1
    assert f"{other}:1: doesn't follow the line before it\n" in done.stdout


def test_another_installations_file(file: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (data / "root.key").unlink()
    root_key.load_or_make(data / "root.key", os.urandom)
    done = check(data)
    assert done.exit_code == 1
    assert f"{file}:1: doesn't follow" in done.stdout


# --- heads ---------------------------------------------------------------------------------------------


@pytest.fixture
def heads(file: Path, data: Path) -> Path:
    """What `audit head` said while all was well."""
    said = audit("head", data)
    assert said.exit_code == 0
    (data / "heads").write_text(said.stdout)
    return data / "heads"


def test_a_head_says_how_far_a_file_is_written(heads: Path, file: Path) -> None:
    mac = json.loads(file.read_bytes().splitlines()[-1])["chain"]["mac"]
    assert json.loads(heads.read_text()) == {"file": file.name, "lines": 4, "mac": mac}


def test_what_went_on_after_a_head_was_taken_is_well(heads: Path, file: Path, data: Path) -> None:
    write(data, 2)
    assert check(data, "--heads", heads).exit_code == 0


def test_lines_taken_off_the_end(heads: Path, file: Path, data: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:3]))
    assert check(data).exit_code == 0
    done = check(data, "--heads", heads)
    assert done.exit_code == 1
    assert f"{file}:3: lines are missing that were there when the head was taken\n" in done.stdout


@pytest.mark.parametrize("emptied", [False, True])
def test_a_file_that_is_gone(heads: Path, file: Path, data: Path, emptied: bool) -> None:
    file.unlink()
    if emptied:
        file.touch()
    done = check(data, "--heads", heads)
    assert done.exit_code == 1
    assert file.name in done.stdout


def test_a_file_that_was_replaced_by_one_without_a_chain(heads: Path, file: Path, data: Path) -> None:
    write_old(file)
    done = check(data, "--heads", heads)
    assert done.exit_code == 1
    assert f"{file}:1: lines are missing that were there when the head was taken\n" in done.stdout


def test_no_head_is_taken_of_a_file_that_is_wrong(file: Path, data: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"2"', b'"9"'))
    done = audit("head", data)
    assert done.exit_code == 2
    assert done.stderr == f"watchword: {file}:3: doesn't follow the line before it\n"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"file":"a","lines":"b","mac":"c"}', "\xff"])
def test_what_is_no_list_of_heads(data: Path, text: str) -> None:
    write(data)
    (data / "heads").write_text(text, "latin-1")
    assert check(data, "--heads", data / "heads").exit_code == (2 if text else 0)
    assert check(data, "--heads", data / "none").exit_code == 2


# --- files of older versions ---------------------------------------------------------------------------


def test_an_older_versions_file_is_checked_as_what_it_is(data: Path) -> None:
    write(data)
    old = write_old(data / "audit" / "2026-11-24-1-0.jsonl")
    done = check(data)
    assert done.exit_code == 0
    assert f"{old}: 4 lines of an older version, without a key: shows accidents, not forgery\n" in done.stdout
    old.write_bytes(old.read_bytes().replace(b'"2"', b'"9"'))
    done = check(data)
    assert done.exit_code == 1
    assert f"{old}:4: doesn't follow the line before it\n" in done.stdout


@pytest.mark.parametrize("name", ["2026-11-26-1-0.jsonl", "reserve-1-0.jsonl", "x.jsonl"])
def test_a_file_cannot_pass_for_an_older_versions_once_there_are_chains(data: Path, name: str) -> None:
    write(data)
    write(data, day=NOW + timedelta(days=9))
    forged = write_old(data / "audit" / name)
    done = check(data)
    assert done.exit_code == 1
    assert f"{forged}: has no chain, although later than files with one\n" in done.stdout


# --- what can't be checked -----------------------------------------------------------------------------


def test_a_file_that_cannot_be_read(data: Path) -> None:
    write(data)
    done = check(data, data / "none.jsonl")
    assert done.exit_code == 2
    assert "No such file" in done.stderr


def test_a_data_directory_without_a_journal(data: Path) -> None:
    done = check(data / "none")
    assert done.exit_code == 2
    assert "no journal" in done.stderr


def test_without_the_root_key_nothing_is_proved(file: Path, data: Path) -> None:
    key = (data / "root.key").rename(data / "elsewhere.key")
    done = check(data)
    assert done.exit_code == 2
    assert "root.key: No such file" in done.stderr
    assert check(data, "--root-key-file", key).exit_code == 0


def test_as_json(file: Path, data: Path) -> None:
    (line,) = check(data, "--json").stdout.splitlines()
    assert json.loads(line) == {"file": str(file), "lines": 4, "chained": True}
    file.write_bytes(file.read_bytes().replace(b'"1"', b'"9"'))
    done = check(data, "--json")
    assert (done.exit_code, list(json.loads(done.stdout.splitlines()[-1]))) == (1, ["wrong"])
