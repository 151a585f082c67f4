"""The audit journal on disk: what is written, what is found again, and what a full disk does to it."""

import errno
import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchword.proofs.audit_chain import audit_key
from watchword.store import audit_file
from watchword.store.audit_check import check
from watchword.store.audit_file import AuditFile, mend
from watchword.store.audit_files import Journal, newest_first, whole_lines, written_since
from watchword.store.audit_reserve import Reserve
from watchword.store.disk import Disk

NOW = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
KEY = audit_key(b"r" * 32)


def files(directory: Path) -> list[Path]:
    return sorted(audit_file.files(directory))


def numbers(directory: Path) -> list[int]:
    return [event["number"] for event in newest_first(directory)]


def unbroken(directory: Path) -> bool:
    return not any(check(file, KEY).wrong for file in files(directory))


def test_events_come_back_newest_first(tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    for number in range(5):
        journal.append({"number": number}, NOW)
    journal.close()
    assert numbers(tmp_path) == [4, 3, 2, 1, 0]
    assert unbroken(tmp_path)


def test_a_day_has_its_own_file_and_so_has_a_process(tmp_path: Path) -> None:
    one, other = Journal(tmp_path, KEY), Journal(tmp_path, KEY)
    one.append({}, NOW)
    one.append({}, NOW + timedelta(days=1))
    other.append({}, NOW)
    one.close()
    other.close()
    assert len(files(tmp_path)) == 3
    assert unbroken(tmp_path)


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "audit", KEY)
    journal.append({}, NOW)
    journal.close()
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700
    assert stat.S_IMODE(files(tmp_path / "audit")[0].stat().st_mode) == 0o600


def test_half_a_last_line_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    journal.append({"number": 0}, NOW)
    journal.append({"number": 1}, NOW)
    journal.close()
    file = files(tmp_path)[0]
    file.write_bytes(file.read_bytes()[:-10])
    assert numbers(tmp_path) == [0]


def test_whole_lines_are_read_one_by_one(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / f"a{audit_file.SUFFIX}", KEY, room=1 << 12)
    assert [list(whole_lines(each)) for each, _ in written_since(tmp_path, None)] == [[]]
    before = files(tmp_path)[0]
    file.append([{"number": 0}, {"number": 1}])
    ((there, size),) = written_since(tmp_path, NOW - timedelta(days=9999))
    assert size == 1 << 12
    for name in (there, before):  # which it has no more
        assert [json.loads(line)["number"] for line in whole_lines(name)] == [0, 1]
    file.close()
    there.write_bytes(there.read_bytes()[:-10])
    assert [json.loads(line)["number"] for line in whole_lines(there)] == [0]
    there.unlink()
    assert list(whole_lines(there)) == []


def test_files_that_are_older_are_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    journal.append({"number": 0}, NOW)
    journal.close()
    (file,) = files(tmp_path)
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert [each for each, _ in written_since(tmp_path, NOW)] == [file]
    assert written_since(tmp_path, NOW + timedelta(seconds=1)) == []


def test_a_record_that_cant_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    journal = Journal(tmp_path / "audit", KEY)
    (tmp_path / "audit").rmdir()
    with pytest.raises(FileNotFoundError):
        journal.append({}, NOW)


def test_lines_are_json(tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    journal.append({"text": 'a "quote"\nand a line'}, NOW)
    journal.close()
    assert json.loads(files(tmp_path)[0].read_text())["text"] == 'a "quote"\nand a line'


def test_what_was_gathered_is_written_together(tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    gathering = journal.gathering()
    for number in range(3):
        gathering.append({"number": number}, NOW)
    journal.append({"number": 3}, NOW)
    assert numbers(tmp_path) == [3]
    gathering.write()
    gathering.write()
    assert numbers(tmp_path) == [2, 1, 0, 3]
    assert unbroken(tmp_path)
    journal.close()


# --- a full disk ---------------------------------------------------------------------------------------

ROOM = 1 << 16


class FullDisk:
    """A disk that takes `left` more bytes of appended lines, on a clock that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 1 << 30
        self.now = 100.0
        write = os.write

        def limited(descriptor: int, data: bytes) -> int:
            if self.left == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            written = write(descriptor, data[: self.left])
            self.left -= written
            return written

        monkeypatch.setattr(os, "write", limited)

    def free(self, _directory: Path) -> int:
        return self.left

    def disk(self, directory: Path) -> Disk:
        return Disk({"disk": directory}, ROOM, free=self.free, monotonic=lambda: self.now)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(monkeypatch)


@pytest.fixture
def journal(full: FullDisk, tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, KEY, Reserve(full.disk(tmp_path), ROOM))
    journal.keep_reserve()
    yield journal
    journal.close()


def fill(full: FullDisk, left: int = 0) -> None:
    full.left = left
    full.now += 1


def test_the_reserve_takes_what_a_full_disk_does_not(
    full: FullDisk, journal: Journal, tmp_path: Path
) -> None:
    journal.append({"number": 0}, NOW)
    assert journal.shortage() == ""
    fill(full)
    for number in (1, 2, 3):
        journal.append({"number": number}, NOW)
    assert journal.shortage() == "the audit journal is on its reserve"
    assert sorted(numbers(tmp_path)) == [0, 1, 2, 3]
    assert unbroken(tmp_path)


def test_half_a_line_is_cut_off_again(full: FullDisk, journal: Journal, tmp_path: Path) -> None:
    journal.append({"number": 0}, NOW)
    fill(full, 10)
    journal.append({"number": 1}, NOW)
    assert sorted(numbers(tmp_path)) == [0, 1]
    assert unbroken(tmp_path)


def _refused(journal: Journal, event: dict[str, object]) -> bool:
    try:
        journal.append(event, NOW)
    except OSError as full:
        assert "used up" in str(full)
        return True
    return False


def test_half_a_line_in_the_reserve_is_zeros_again(
    full: FullDisk, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(full)
    journal.append({"number": 0}, NOW)
    write = os.pwrite
    with monkeypatch.context() as patched:
        patched.setattr(
            os, "pwrite", lambda place, data, at: write(place, data[:10] if data.strip(b"\0") else data, at)
        )
        with pytest.raises(OSError, match="a part of an event"):
            journal.append({"number": 1, "text": "x" * 100}, NOW)
    journal.append({"number": 2}, NOW)
    assert numbers(tmp_path) == [2, 0]
    assert unbroken(tmp_path)


def test_when_the_reserve_is_used_up_nothing_is_kept(
    full: FullDisk, journal: Journal, tmp_path: Path
) -> None:
    fill(full)
    kept = 0
    while kept < 1000 and not _refused(journal, {"number": kept, "text": "x" * 1000}):
        kept += 1
    assert ROOM // 1300 < kept < ROOM // 1000
    assert _refused(journal, {"number": kept, "text": "x" * 1000})
    assert len(numbers(tmp_path)) == kept
    assert unbroken(tmp_path)


def test_all_is_well_again_once_there_is_room(full: FullDisk, journal: Journal, tmp_path: Path) -> None:
    fill(full)
    journal.append({"number": 0}, NOW)
    fill(full, ROOM // 2)  # some room, but the disk still counts as full
    journal.append({"number": 1}, NOW)
    assert journal.shortage()
    fill(full, 1 << 30)
    journal.append({"number": 2}, NOW)
    assert journal.shortage() == ""
    fill(full)
    journal.append({"number": 3}, NOW)
    assert journal.shortage()
    journal.close()
    names = [file.name.replace(str(os.getpid()), "{0}") for file in files(tmp_path)]
    assert names == ["2026-11-23-{0}-0.jsonl", "reserve-{0}-0.jsonl", "reserve-{0}-1.jsonl"]
    assert sorted(numbers(tmp_path)) == [0, 1, 2, 3]
    assert unbroken(tmp_path)


def test_the_file_of_the_day_is_tried_once_a_second(full: FullDisk, journal: Journal, tmp_path: Path) -> None:
    fill(full)
    journal.append({"number": 0}, NOW)
    full.left = 1 << 30
    journal.append({"number": 1}, NOW)
    assert journal.shortage()
    full.now += 1
    journal.append({"number": 2}, NOW)
    assert journal.shortage() == ""


def test_a_day_can_end_on_the_reserve(full: FullDisk, journal: Journal, tmp_path: Path) -> None:
    journal.append({"number": 0}, NOW)
    fill(full)
    journal.append({"number": 1}, NOW)
    full.now += 2
    journal.append({"number": 2}, NOW + timedelta(days=1))
    fill(full, 1 << 30)
    journal.append({"number": 3}, NOW + timedelta(days=1))
    assert sorted(numbers(tmp_path)) == [0, 1, 2, 3]
    assert [file.name[:10] for file in files(tmp_path) if file.name[0] == "2"] == ["2026-11-23", "2026-11-24"]
    assert unbroken(tmp_path)


def test_without_a_reserve_a_full_disk_is_said(full: FullDisk, tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    fill(full)
    with pytest.raises(OSError, match="No space left"):
        journal.append({"number": 0}, NOW)
    journal.close()
    assert files(tmp_path) == []


def test_a_reserve_that_finds_no_room_is_made_later(
    full: FullDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    allocate = os.posix_fallocate

    def none_left(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", none_left)
    journal = Journal(tmp_path, KEY, Reserve(full.disk(tmp_path), ROOM))
    journal.keep_reserve()
    assert files(tmp_path) == []
    assert "audit reserve missing" in caplog.text
    monkeypatch.setattr(os, "posix_fallocate", allocate)
    full.now += 1
    journal.append({"number": 0}, NOW)
    assert len(files(tmp_path)) == 2
    fill(full)
    journal.append({"number": 1}, NOW)
    journal.close()
    assert sorted(numbers(tmp_path)) == [0, 1]


def test_the_operator_reads_once_a_minute_how_long_it_lasts(
    full: FullDisk, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    fill(full)
    for _ in range(130):
        full.now += 1
        journal.append({"text": "x" * 100}, NOW)
    told = [record for record in caplog.records if record.message == "audit reserve in use"]
    assert len(told) == 3
    line = len(json.dumps({"text": "x" * 100, "chain": {"line": 100, "mac": "0" * 64}}))
    left = ROOM - 121 * line
    assert told[0].reason == "No space left on device"  # type: ignore[attr-defined]
    lasts = int(told[-1].lasts.partition(" ")[0])  # type: ignore[attr-defined]
    assert abs(lasts - left / line / 60) <= 1
    fill(full, 1 << 30)
    journal.append({}, NOW)
    assert caplog.records[-1].message == "audit reserve no longer in use"


def test_the_room_is_really_taken(journal: Journal, tmp_path: Path) -> None:
    [file] = files(tmp_path)
    assert file.stat().st_blocks * 512 >= ROOM
    journal.close()
    assert files(tmp_path) == []


def test_what_a_killed_process_left_is_mended(tmp_path: Path) -> None:
    used = AuditFile.new(tmp_path, "reserve-1", KEY, ROOM)
    unused = AuditFile.new(tmp_path, "reserve-2", KEY, ROOM)
    open_still = AuditFile.new(tmp_path, "reserve-3", KEY, ROOM)
    used.append([{"number": 0}])
    os.close(used._descriptor)
    os.close(unused._descriptor)
    disk = Disk({}, 0)
    journal = Journal(tmp_path, KEY, Reserve(disk, ROOM))
    journal.keep_reserve()
    assert [file.name for file in files(tmp_path) if str(os.getpid()) not in file.name] == [
        "reserve-1-0.jsonl",
        "reserve-3-0.spare",
    ]
    assert (tmp_path / "reserve-1-0.jsonl").stat().st_size < 200
    assert (tmp_path / "reserve-3-0.spare").stat().st_size == ROOM
    assert numbers(tmp_path) == [0]
    journal.close()
    open_still.close()


def test_a_file_that_was_removed_before_it_was_locked_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = os.fstat

    def mended(descriptor: int) -> os.stat_result:
        for file in files(tmp_path):
            file.unlink()
        return locked(descriptor)

    monkeypatch.setattr(os, "fstat", mended)
    with pytest.raises(OSError, match="removed before it was locked"):
        AuditFile.new(tmp_path, "reserve-1", KEY, ROOM)


def test_a_file_that_cant_be_renamed_is_read_under_its_old_name(
    full: FullDisk, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "hardlink_to", no_room)
    fill(full)
    journal.append({"number": 0}, NOW)
    journal.append({"number": 1}, NOW)
    journal.close()
    assert [file.suffix for file in files(tmp_path)] == [".spare"]
    assert numbers(tmp_path) == [1, 0]
    assert unbroken(tmp_path)


def test_a_reserve_that_somebody_removed_is_not_written_to(
    full: FullDisk, journal: Journal, tmp_path: Path
) -> None:
    for file in files(tmp_path):
        file.unlink()
    fill(full)
    with pytest.raises(OSError, match="No space left"):
        journal.append({"number": 0}, NOW)


def test_a_system_without_fallocate_has_a_reserve_without_certainty(
    full: FullDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "posix_fallocate")
    journal = Journal(tmp_path, KEY, Reserve(full.disk(tmp_path), ROOM))
    journal.keep_reserve()
    fill(full)
    journal.append({"number": 0}, NOW)
    journal.close()
    assert numbers(tmp_path) == [0]
    assert unbroken(tmp_path)


def test_a_reserve_is_found_under_the_name_that_it_got_meanwhile(journal: Journal, tmp_path: Path) -> None:
    [spare] = files(tmp_path)
    spare.rename(spare.with_suffix(".jsonl")).write_bytes(b"{}\n")
    assert audit_file.contents(spare) == b"{}\n"
    with pytest.raises(FileNotFoundError):
        audit_file.contents(tmp_path / "none.jsonl")


def test_a_file_that_is_gone_is_not_mended(tmp_path: Path) -> None:
    mend(tmp_path / "reserve-1-0.jsonl")


def test_a_disk_must_have_room_for_what_is_to_come(tmp_path: Path) -> None:
    disk = Disk({"disk": tmp_path}, 100, free=lambda _: 1000)
    assert disk.shortage() == disk.shortage(900) == ""
    assert disk.shortage(901) == "disk: 1000 bytes are free, 1001 are needed"
    assert Disk({"disk": tmp_path}, 0, free=lambda _: 0).shortage() == ""
    assert Disk({"gone": tmp_path / "gone"}, 100).shortage() == ""
    assert Disk({"here": tmp_path}, 100).shortage() == ""
