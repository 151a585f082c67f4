"""What is written is on stable storage before `write` returns, and threads share the syncs of a folder."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from watchword.objects import Objects, local_files
from watchword.objects.blob_names import TOGETHER, folder_of
from watchword.objects.local_files import FolderSyncs


class Disk:
    """Counts syncs of folders, each of which waits until it is let go; knows what names it has seen then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.seen: list[set[str]] = []
        self.fails = False
        monkeypatch.setattr(local_files, "sync", self.sync)

    def sync(self, folder: str) -> None:
        self.seen.append({each.name for each in Path(folder).iterdir()})
        self.began.release()
        self.go.acquire()
        if self.fails:
            raise OSError(5, "the disk is broken")


def test_one_sync_is_for_all_that_came_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, syncs, folder = Disk(monkeypatch), FolderSyncs(), str(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        (tmp_path / "first").touch()
        first = threads.submit(syncs.sync, folder)
        disk.began.acquire()
        others = []
        for number in range(7):
            (tmp_path / str(number)).touch()
            others.append(threads.submit(syncs.sync, folder))
        assert not any(each.done() for each in others), "a sync that began before isn't theirs"
        disk.go.release()
        first.result()
        for _ in range(7):  # at most; those who came late need another one
            disk.go.release()
        for each in others:
            each.result()
    assert disk.seen[0] == {"first"}
    assert disk.seen[-1] == {each.name for each in tmp_path.iterdir()}


def test_a_sync_fails_for_all_who_share_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, syncs = Disk(monkeypatch), FolderSyncs()
    disk.fails = True
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(syncs.sync, str(tmp_path)) for _ in range(4)]
        for _ in waiting:
            disk.go.release()
        for each in waiting:
            with pytest.raises(OSError, match="broken"):
                each.result()
    disk.fails = False
    disk.go.release()
    syncs.sync(str(tmp_path))


def test_a_blob_whose_name_cannot_be_synced_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects, disk = Objects.open(tmp_path), Disk(monkeypatch)
    disk.fails = True
    disk.go.release()
    name = objects.name(os.urandom, 1)
    with pytest.raises(OSError, match="broken"):
        objects.put(name, [b"x"])
    assert not (tmp_path / name).exists()


def test_file_name_and_folder_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda _: done.append("file"))
    monkeypatch.setattr(local_files, "sync", lambda path: done.append(Path(path).name))
    monkeypatch.setattr("watchword.objects.blobs.sync", lambda path: done.append(Path(path).name))
    objects = Objects.open(tmp_path / "all")
    first, second = (objects.name(os.urandom, 1) for _ in range(2))
    objects.put(first, [b"x"])
    assert done == ["file", folder_of(first), "all"]
    objects.put(second, [b"x"])
    assert done[3:] == [
        "file",
        folder_of(second),
        *([] if folder_of(first) == folder_of(second) else ["all"]),
    ]


def test_names_of_one_time_share_a_folder(tmp_path: Path) -> None:
    objects = Objects.open(tmp_path)
    names = [objects.name(os.urandom, 1) for _ in range(2 * TOGETHER)]
    assert len({folder_of(name) for name in names}) in (2, 3)
    assert len(set(names)) == len(names)
