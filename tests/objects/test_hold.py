"""A hold: nothing is deleted while there is one, and it ends by itself."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from obstore.exceptions import GenericError

from watchword.objects import BlobMissingError, Objects, Remote, hold, new_blob


@pytest.fixture(params=["folder", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    monkeypatch.setattr(hold, "REMEMBERED_SECONDS", 0.0)
    return Objects.open(tmp_path / "objects" if request.param == "folder" else Remote("memory:///"))


def is_kept(objects: Objects) -> bool:
    """Whether a blob that is deleted now is still there."""
    objects.put(blob := new_blob(os.urandom), [b"x"])
    objects.delete(blob)
    try:
        return objects.uncached().get(blob, 0, 1) == b"x"
    except BlobMissingError:
        return False


def test_nothing_is_deleted_while_it_lasts(objects: Objects) -> None:
    assert not is_kept(objects)
    with objects.blobs.hold.held():
        assert is_kept(objects)
    assert not is_kept(objects)


def test_it_ends_when_it_is_not_written_anew(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    objects.blobs.store.put(hold.HOLD, b"")  # by a backup that was killed
    assert is_kept(objects)
    monkeypatch.setattr(hold, "LASTS_SECONDS", -5.0)
    assert not is_kept(objects)


def test_it_is_written_anew(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "RENEWED_SECONDS", 0.01)
    with objects.blobs.hold.held():
        first = objects.blobs.store.head(hold.HOLD)["last_modified"]
        until = time.monotonic() + 20
        while objects.blobs.store.head(hold.HOLD)["last_modified"] == first and time.monotonic() < until:
            time.sleep(0.01)
        assert objects.blobs.store.head(hold.HOLD)["last_modified"] > first


def test_elsewhere_a_process_looks_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(hold.time, "monotonic", lambda: now[0])
    objects = Objects.open(Remote("memory:///"))
    assert not is_kept(objects)
    objects.blobs.store.put(hold.HOLD, b"")
    now[0] += hold.REMEMBERED_SECONDS - 1
    assert not is_kept(objects)
    now[0] += 1
    assert is_kept(objects)


def test_who_holds_waits_until_all_have_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(hold.time, "sleep", waited.append)
    with Objects.open(Remote("memory:///")).blobs.hold.held():
        assert waited == [hold.REMEMBERED_SECONDS]


def test_who_cannot_look_deletes_nothing() -> None:
    class Broken:
        def head(self, path: str) -> Any:
            raise GenericError(path)

    objects = Objects.open(Remote("memory:///"))
    vars(objects.blobs)["store"] = Broken()
    assert objects.blobs.hold.is_held()
