"""Blobs: written whole or not at all, read in ranges, swept when nobody names them."""

import errno
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.exceptions import GenericError
from tests.server.harness import eventually

from watchword.objects import BlobMissingError, Objects, PlaceUnavailable, Remote, new_blob
from watchword.objects.blobs import PART, Blobs
from watchword.objects.sealing import Sealing
from watchword.proofs.keyring import Unopenable
from watchword.proofs.sealed_bytes import CHUNK, of_server


@pytest.fixture(params=["folder", "memory", "sealed folder", "sealed memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    place = tmp_path / "objects" if "folder" in request.param else Remote("memory:///")
    sealing = Sealing(of_server(bytes(32))) if "sealed" in request.param else None
    return Objects.open(place, sealing=sealing)


@pytest.fixture
def local(tmp_path: Path) -> Objects:
    return Objects.open(tmp_path / "objects")


def blob() -> str:
    return new_blob(os.urandom)


def whole(read: bytes | Iterator[bytes]) -> bytes:
    return read if isinstance(read, bytes) else b"".join(read)


def files(objects: Objects) -> list[str]:
    assert objects.folder
    return sorted(
        str(path.relative_to(objects.folder)) for path in objects.folder.rglob("*") if path.is_file()
    )


def test_a_name_is_random_and_one_folder_deep() -> None:
    name = new_blob(lambda size: bytes(range(size)))
    assert name == "00/0102030405060708090a0b0c0d0e0f"


def test_empty(objects: Objects) -> None:
    name = blob()
    objects.put(name, [])
    assert objects.get(name, 0, 0) == b""


def test_small_is_read_at_once(objects: Objects) -> None:
    name = blob()
    objects.put(name, [b"hello ", b"world"])
    assert objects.get(name, 0, 11) == b"hello world"
    assert objects.get(name, 4, 7) == b"o w"


def test_large_is_written_and_read_in_pieces(objects: Objects) -> None:
    name, piece = blob(), os.urandom(1 << 20)
    objects.put(name, (piece for _ in range(20)))
    read = objects.get(name, 5, (20 << 20) - 5)
    assert not isinstance(read, bytes)
    assert whole(read) == (piece * 20)[5:-5]


def test_writing_keeps_a_few_parts_in_memory_at_most(local: Objects) -> None:
    tracemalloc.start()
    try:
        local.put(blob(), (os.urandom(1 << 20) for _ in range(64)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * PART


@pytest.mark.parametrize("pieces", [1, 20])
def test_a_source_that_fails_leaves_nothing(local: Objects, pieces: int) -> None:
    def source() -> Iterator[bytes]:
        for _ in range(pieces):
            yield bytes(1 << 20)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        local.put(blob(), source())
    assert files(local) == []


def test_missing(objects: Objects) -> None:
    with pytest.raises(BlobMissingError):
        objects.get(blob(), 0, 1)
    with pytest.raises(BlobMissingError):
        objects.copy(blob(), blob())
    objects.delete(blob())


def test_what_cannot_go_now_is_no_error() -> None:
    class Broken:
        def head(self, path: str) -> None:
            raise FileNotFoundError(path)

        def delete(self, blob: str) -> None:
            raise GenericError(blob)

    objects = Objects.open(Remote("memory:///"))
    vars(objects.blobs)["store"] = Broken()
    objects.delete(blob())


def test_the_store_is_loaded_when_files_are_not_enough(tmp_path: Path) -> None:
    code = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from watchword.objects import Objects
objects = Objects.open(Path(sys.argv[1]) / "objects")
objects.sweep(lambda _: (), datetime.now(UTC))
objects.put("00/first", [b"x"])
objects.get("00/first", 0, 1)
objects.delete("00/first")
assert "obstore" not in sys.modules
objects.put("00/first", [b"x"])
objects.sweep(lambda _: (), datetime.now(UTC))
assert "obstore" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


def test_copy_outlives_its_source(objects: Objects) -> None:
    one, other = blob(), blob()
    objects.put(one, [b"bytes"])
    objects.copy(one, other)
    objects.delete(one)
    assert objects.get(other, 0, 5) == b"bytes"


def test_deleted_while_read(local: Objects) -> None:
    name, data = blob(), os.urandom(3 << 20)
    local.put(name, [data])
    read = local.get(name, 0, len(data))
    local.delete(name)
    assert whole(read) == data


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("size", [5, 100_000, 3 << 20])
def test_a_file_that_was_cut_short_is_never_whole(tmp_path: Path, size: int, sealed: bool) -> None:
    objects = Objects.open(tmp_path, sealing=Sealing(of_server(bytes(32))) if sealed else None)
    for left in (0, 1, size // 2, size - 1):
        name = blob()
        objects.put(name, [os.urandom(size)])
        os.truncate(tmp_path / name, left)
        with suppress(Unopenable, ValueError):
            read = objects.get(name, 0, size)
            assert not isinstance(read, bytes)
            assert len(whole(read)) < size


def test_between_two_pieces_nothing_is_in_memory(tmp_path: Path) -> None:
    """A client that reads slowly holds what it was given last."""
    objects = Objects.open(tmp_path, sealing=Sealing(of_server(bytes(32))))
    name = blob()
    objects.put(name, [bytes(4 << 20)])
    read = objects.get(name, 0, 4 << 20)
    tracemalloc.start()
    try:
        assert not isinstance(read, bytes)
        assert len(next(read)) == CHUNK
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < CHUNK // 4


def test_sweep_takes_what_is_old_and_unnamed(local: Objects) -> None:
    named, unnamed, young = blob(), blob(), blob()
    for name in (named, unnamed, young):
        local.put(name, [b"x"])
    assert local.folder
    half = local.folder / f"{unnamed}#1"
    half.write_bytes(b"left behind")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).timestamp()
    for name in (named, unnamed, f"{unnamed}#1"):
        os.utime(local.folder / name, (yesterday, yesterday))
    swept = local.sweep(lambda blobs: {named} & set(blobs), datetime.now(UTC) - timedelta(hours=1))
    assert swept == 1
    assert files(local) == sorted([named, young])


def test_sweep_asks_about_every_old_blob(objects: Objects) -> None:
    names = {blob() for _ in range(1200)}
    for name in names:
        objects.put(name, [b""])
    asked: set[str] = set()

    def named(blobs: Collection[str]) -> Collection[str]:
        asked.update(blobs)
        return blobs

    assert objects.sweep(named, datetime.now(UTC) + timedelta(minutes=1)) == 0
    assert asked == names


def test_reset_forgets_what_was_before(local: Objects) -> None:
    old, new = blob(), blob()
    local.put(old, [b"old"])
    os.utime(local.folder / old, (0, 0))  # type: ignore[operator]
    local.put(new, [b"new"])
    local.reset(datetime.now(UTC) - timedelta(minutes=1))
    assert eventually(lambda: files(local) == [new])
    assert local.get(new, 0, 3) == b"new"
    with pytest.raises(BlobMissingError):
        local.get(old, 0, 3)


def test_a_reset_is_in_the_way_of_nobody_who_writes(local: Objects) -> None:
    def write() -> None:
        for _ in range(300):
            local.put(blob(), [b"new"])

    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    with ThreadPoolExecutor(4) as writers:
        written = [writers.submit(write) for _ in range(4)]
        while not all(one.done() for one in written):
            local.reset(long_ago)
            time.sleep(0.01)
    for one in written:
        one.result()
    assert len(files(local)) == 1200


@given(
    pieces=st.lists(st.binary(max_size=50), max_size=6),
    cut=st.tuples(st.integers(0, 300), st.integers(0, 300)),
)
@settings(max_examples=60)
def test_any_range_of_any_bytes(pieces: list[bytes], cut: tuple[int, int]) -> None:
    objects, name, data = Objects.open(Remote("memory:///")), blob(), b"".join(pieces)
    start, end = sorted(min(at, len(data)) for at in cut)
    objects.put(name, pieces)
    assert whole(objects.get(name, start, end)) == data[start:end]


@pytest.mark.parametrize("written", [0, 1, 70_000])
def test_a_full_disk_leaves_nothing(local: Objects, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    """A disk that is full takes some of the bytes first."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def nearly_full(file: int, pieces: list[bytes]) -> int:
        return os.write(file, b"".join(pieces)[:written]) if written else full()

    write = os.write
    monkeypatch.setattr(os, "writev", nearly_full)
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data) if len(data) == written else full())
    with pytest.raises(OSError, match="No space left") as found:
        local.put(blob(), [bytes(100_000)])
    assert found.value.errno == errno.ENOSPC
    assert files(local) == []


def test_a_write_that_is_cut_short_goes_on(local: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "writev", lambda file, pieces: write(file, b"".join(pieces)[:7]))
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:1000]))
    name, data = blob(), os.urandom(10_000)
    local.put(name, [data[:5000], data[5000:]])
    assert local.get(name, 0, 10_000) == data


def test_what_the_operating_system_refuses_the_store_is_an_os_error(
    local: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def copy(self, *_: object, **__: object) -> None:
            raise GenericError("Generic error: No space left on device (os error 28)")

    monkeypatch.setattr(Blobs, "store", Full())
    with pytest.raises(OSError, match="No space left"):
        local.copy(blob(), blob())


def test_another_error_of_the_store_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def put(self, *_: object, **__: object) -> None:
            raise GenericError("something else")

    monkeypatch.setattr(Blobs, "store", Broken())
    with pytest.raises(PlaceUnavailable):
        Objects.open(Remote("memory:///")).put(blob(), [b"x"])
