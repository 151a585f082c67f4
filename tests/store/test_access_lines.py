"""Lines of access logs wait on the disk: none is delivered while it is written, or twice, or lost."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchword.store.access_lines import AccessLines, Entry, waiting


def entry(number: int) -> Entry:
    return Entry("there", f"line {number}")


def texts(lines: AccessLines, folder: Path) -> list[str]:
    found = []
    for closed in lines.closed(folder):
        found += [each.text for each in closed.entries]
        closed.keep([])
    return found


def test_what_is_appended_is_taken_once(tmp_path: Path) -> None:
    lines, folder = AccessLines(), tmp_path / "lines"
    assert texts(lines, folder) == []
    for number in (1, 2):
        lines.append(folder, entry(number))
    assert texts(lines, folder) == ["line 1", "line 2"]
    lines.append(folder, entry(3))
    assert texts(lines, folder) == ["line 3"]
    assert texts(lines, folder) == []
    assert list(folder.iterdir()) == []


def test_a_file_that_somebody_writes_is_left(tmp_path: Path) -> None:
    mine, others = AccessLines(), AccessLines()
    others.append(tmp_path, entry(1))
    assert texts(mine, tmp_path) == []
    others.close()
    assert texts(mine, tmp_path) == ["line 1"]


def test_a_file_whose_writer_was_killed_is_taken(tmp_path: Path) -> None:
    (tmp_path / "dead.open").write_bytes(b'["there","line 1"]\n["there","li')
    assert texts(AccessLines(), tmp_path) == ["line 1"]


def test_a_line_that_the_disk_takes_half_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, write = AccessLines(), os.write
    lines.append(tmp_path, entry(1))
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, text: write(file, text[:5]))
        lines.append(tmp_path, entry(2))
    lines.append(tmp_path, entry(3))
    assert texts(lines, tmp_path) == ["line 1", "line 3"]
    assert lines.lost() == 1


def test_a_file_is_held_while_it_is_looked_at(tmp_path: Path) -> None:
    lines = AccessLines()
    lines.append(tmp_path, entry(1))
    for _ in lines.closed(tmp_path):
        assert texts(AccessLines(), tmp_path) == []
    assert texts(AccessLines(), tmp_path) == ["line 1"]


def test_what_is_kept_stays_with_its_age(tmp_path: Path) -> None:
    lines = AccessLines()
    for number in (1, 2):
        lines.append(tmp_path, entry(number))
    for closed in lines.closed(tmp_path):
        before = closed.age(0)
        closed.keep([entry(2)])
    for closed in lines.closed(tmp_path):
        assert [each.text for each in closed.entries] == ["line 2"]
        assert closed.age(0) == before
        closed.keep(closed.entries)
    assert waiting(tmp_path) == len('["there","line 2"]\n')


def test_a_reset_forgets(tmp_path: Path) -> None:
    lines = AccessLines()
    lines.reset(datetime.now(UTC))
    lines.append(tmp_path, entry(1))
    lines.reset(datetime.now(UTC))
    assert texts(lines, tmp_path) == []


def test_what_cannot_be_written_is_counted(tmp_path: Path) -> None:
    lines, folder = AccessLines(), tmp_path / "lines"
    folder.write_bytes(b"in the way")
    lines.append(folder, entry(1))
    lines.lose()
    assert (lines.lost(), lines.lost()) == (2, 0)
