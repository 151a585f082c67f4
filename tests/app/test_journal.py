import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchword.store.audit_files import Journal, broken_links, newest_first

NOW = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)


def files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.jsonl"))


def test_events_come_back_newest_first(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(5):
        journal.append({"number": number}, NOW)
    journal.close()
    assert [event["number"] for event in newest_first(tmp_path)] == [4, 3, 2, 1, 0]


def test_a_day_has_its_own_file_and_so_has_a_process(tmp_path: Path) -> None:
    one, other = Journal(tmp_path), Journal(tmp_path)
    one.append({}, NOW)
    one.append({}, NOW + timedelta(days=1))
    other.append({}, NOW)
    one.close()
    other.close()
    assert len(files(tmp_path)) == 3


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "audit")
    journal.append({}, NOW)
    journal.close()
    assert (tmp_path / "audit").stat().st_mode & 0o077 == 0
    assert files(tmp_path / "audit")[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (lambda lines: lines, []),
        (lambda lines: [lines[0], *lines[2:]], [2]),
        (lambda lines: [lines[0], lines[1].replace(b'"number":1', b'"number":7'), *lines[2:]], [3]),
        (lambda lines: [lines[1], lines[0], *lines[2:]], [1, 2, 3]),
        (lambda lines: lines[1:], [1]),
        (lambda lines: [*lines[:3], b"{}", lines[3]], [4, 5]),
    ],
    ids=["untouched", "one taken out", "one changed", "two exchanged", "the first taken out", "one put in"],
)
def test_a_line_that_was_touched_shows(tmp_path: Path, spoil: object, broken: list[int]) -> None:
    journal = Journal(tmp_path)
    for number in range(4):
        journal.append({"number": number}, NOW)
    journal.close()
    file = files(tmp_path)[0]
    lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join(spoil(lines)) + b"\n")  # type: ignore[operator]
    assert broken_links(file) == broken


def test_half_a_last_line_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append({"number": 0}, NOW)
    journal.append({"number": 1}, NOW)
    journal.close()
    file = files(tmp_path)[0]
    file.write_bytes(file.read_bytes()[:-10])
    assert [event["number"] for event in newest_first(tmp_path)] == [0]


def test_a_record_that_cant_be_kept_is_said(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append({}, NOW)
    os.close(journal._file._descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.append({}, NOW)
    journal._file._descriptor = -1


def test_lines_are_json(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append({"text": 'a "quote"\nand a line'}, NOW)
    journal.close()
    assert json.loads(files(tmp_path)[0].read_text())["text"] == 'a "quote"\nand a line'


def test_what_was_gathered_is_written_together(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    gathering = journal.gathering()
    for number in range(3):
        gathering.append({"number": number}, NOW)
    journal.append({"number": 3}, NOW)
    assert [event["number"] for event in newest_first(tmp_path)] == [3]
    gathering.write()
    gathering.write()
    assert [event["number"] for event in newest_first(tmp_path)] == [2, 1, 0, 3]
    assert broken_links(files(tmp_path)[0]) == []
    journal.close()
