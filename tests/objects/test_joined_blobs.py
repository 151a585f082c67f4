"""Joined blobs: read, copied and deleted as one, and large bodies at a store elsewhere, which become such."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names.would_block import WouldBlock
from watchword.objects import BlobMissingError, Objects, Remote, new_blob
from watchword.objects.blob_names import family, is_blob, is_joined, joined, like, new_in_family, piece
from watchword.objects.blobs import PART
from watchword.objects.sealing import Sealing
from watchword.proofs.sealed_bytes import of_server


@pytest.fixture(params=["folder", "memory", "sealed folder", "sealed memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    place = tmp_path / "objects" if "folder" in request.param else Remote("memory:///")
    sealing = Sealing(of_server(bytes(32))) if "sealed" in request.param else None
    return Objects.open(place, sealing=sealing)


def stored(objects: Objects) -> set[str]:
    return {each.blob for batch in objects.blobs.listed() for each in batch}


def whole(read: bytes | Iterator[bytes]) -> bytes:
    return read if isinstance(read, bytes) else b"".join(read)


def make(objects: Objects, *pieces: bytes) -> str:
    blob = joined(new_blob(os.urandom))
    entries = [(piece(blob, number), len(data)) for number, data in enumerate(pieces)]
    for (name, _), data in zip(entries, pieces, strict=True):
        objects.put(name, [data])
    objects.join(entries, blob)
    return blob


def test_names_tell_what_they_are() -> None:
    plain = new_blob(os.urandom)
    part = new_in_family(plain, os.urandom)
    assert not is_joined(plain)
    assert not is_joined(part)
    assert is_joined(joined(part))
    assert like(joined(plain), plain) == joined(plain)
    assert like(part, plain) == plain
    for name in (plain, part, joined(part), piece(joined(part), 10), joined(piece(joined(part), 10))):
        assert family(name) == plain
        assert is_blob(name)
    for other in ("watchword-server", f"{plain}#1", f"x{plain}", plain.upper(), f"{plain}/0"):
        assert not is_blob(other)


@given(
    pieces=st.lists(st.binary(max_size=9), max_size=5),
    cut=st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
@settings(max_examples=60)
def test_any_range_of_any_pieces(pieces: list[bytes], cut: tuple[int, int]) -> None:
    objects, data = Objects.open(Remote("memory:///")), b"".join(pieces)
    blob = make(objects, *pieces)
    start, end = sorted(min(at, len(data)) for at in cut)
    assert whole(objects.get(blob, start, end)) == data[start:end]
    assert b"".join(objects.pieces(blob, start, end)) == data[start:end]


def test_joined_of_joined(objects: Objects) -> None:
    inner, outer = make(objects, b"ab", b"cd"), joined(new_blob(os.urandom))
    objects.put(piece(outer, 1), [b"e"])
    objects.join([(inner, 4), (piece(outer, 1), 1)], outer)
    copy = joined(new_blob(os.urandom))
    objects.copy(outer, copy)
    objects.delete(outer)
    assert len(stored(objects)) == 5
    assert {family(each) for each in stored(objects)} == {family(copy)}
    assert set(objects.stored(copy)) == stored(objects)
    assert whole(objects.get(copy, 1, 5)) == b"bcde"


def test_half_deleted_can_be_deleted_again(objects: Objects) -> None:
    blob = make(objects, b"ab", b"cd")
    objects.delete(piece(blob, 0))
    with pytest.raises(BlobMissingError):
        objects.get(blob, 0, 4)
    objects.delete(blob)
    objects.delete(blob)
    assert stored(objects) == set()


def test_unjoined_is_what_it_was(objects: Objects) -> None:
    blob = make(objects, b"ab", b"cd")
    objects.unjoin(blob)
    assert objects.get(piece(blob, 1), 0, 2) == b"cd"
    with pytest.raises(BlobMissingError):
        objects.get(blob, 0, 4)


def test_who_cannot_wait_is_told_so(objects: Objects) -> None:
    blob = make(objects, b"ab", b"cd")
    fresh = Objects.open(objects.blobs.place, sealing=objects.blobs.sealing) if objects.folder else objects
    if objects.folder:
        with pytest.raises(WouldBlock):
            fresh.at_once().get(blob, 0, 2)
    assert whole(fresh.get(blob, 0, 4)) == b"abcd"
    assert fresh.at_once().get(blob, 0, 2) == b"ab"


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1, 3 * PART + 5])
def test_a_large_body_elsewhere_is_stored_in_pieces(size: int) -> None:
    objects, data = Objects.open(Remote("memory:///")), os.urandom(size)
    blob = objects.name(os.urandom, size)
    objects.put(blob, (data[at : at + 1000003] for at in range(0, size, 1000003)))
    assert is_joined(blob) == (size > PART)
    assert max(each.size for batch in objects.blobs.listed() for each in batch) <= PART + 1000003
    assert whole(objects.get(blob, 0, size)) == data
    objects.delete(blob)
    assert stored(objects) == set()


def test_an_empty_body_that_said_that_it_is_large() -> None:
    objects = Objects.open(Remote("memory:///"))
    blob = objects.name(os.urandom, PART + 1)
    objects.put(blob, [])
    assert objects.get(blob, 0, 0) == b""
    assert objects.sweep(lambda _: {blob, piece(blob, 0)}, datetime.now(UTC) + timedelta(hours=1)) == 0


def test_on_the_disk_a_large_body_is_one_file(tmp_path: Path) -> None:
    assert not is_joined(Objects.open(tmp_path).name(os.urandom, 100 * PART))


def test_a_source_that_fails_leaves_no_piece() -> None:
    objects = Objects.open(Remote("memory:///"))

    def source() -> Iterator[bytes]:
        for _ in range(20):
            yield bytes(1 << 20)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        objects.put(objects.name(os.urandom, 30 << 20), source())
    assert stored(objects) == set()
