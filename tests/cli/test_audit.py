"""`watchword audit check`: what was done to a journal after it was written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from watchword.cli import app
from watchword.store.audit_files import Journal, newest_first

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "audit")
    for number in range(4):
        journal.append({"eventID": str(number)}, NOW)
    journal.close()
    (written,) = (tmp_path / "audit").iterdir()
    return written


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", "check", *map(str, arguments)])


def test_what_is_as_it_was_written(file: Path) -> None:
    for arguments in ((file,), ("--data", file.parents[1])):
        done = check(*arguments)
        assert (done.exit_code, done.stdout) == (0, "unbroken\n")


def test_a_line_that_was_taken_out(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:1] + lines[2:]))
    done = check("--data", file.parents[1])
    assert (done.exit_code, done.stdout) == (1, f"{file}:2: doesn't follow the line before it\n")


def test_a_line_that_was_changed(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"2"', b'"9"'))
    done = check(file)
    assert (done.exit_code, done.stdout) == (1, f"{file}:4: doesn't follow the line before it\n")


@pytest.mark.parametrize("line", [b"1", b"[]", b'{"a":"\xff"}', b"[" * 100_000, b"\0"])
def test_a_line_that_is_no_record(file: Path, line: bytes) -> None:
    file.write_bytes(file.read_bytes() + line + b"\n")
    done = check(file)
    assert (done.exit_code, done.stdout) == (1, f"{file}:5: doesn't follow the line before it\n")
    assert next(newest_first(file.parent))["eventID"] == "3"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    done = check(tmp_path / "none.jsonl")
    assert done.exit_code == 2
    assert "No such file" in done.stderr


def test_a_data_directory_without_a_journal(tmp_path: Path) -> None:
    done = check("--data", tmp_path / "none")
    assert done.exit_code == 2
    assert "no journal" in done.stderr
