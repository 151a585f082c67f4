"""Encryption of blobs at rest: nothing is on the disk in plain, any part is read, what was changed isn't."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchword.objects import Objects, Remote, new_blob
from watchword.objects.blob_names import bound_to, family, is_blob, joined, like
from watchword.objects.sealing import Sealing
from watchword.proofs.keyring import Unopenable
from watchword.proofs.sealed_bytes import CHUNK, HEAD, of_server, sealed_size

KEY = Sealing(of_server(bytes(32)))
MEBIBYTE = 1 << 20
EDGES = [0, 1, CHUNK, CHUNK + 1, MEBIBYTE, MEBIBYTE + 1, (8 << 20) + 5]
PLACES = ["folder", "memory"]


def opened(place: str, folder: Path, sealing: Sealing | None = KEY) -> Objects:
    return Objects.open(folder if place == "folder" else Remote("memory:///"), cached=0, sealing=sealing)


def read(objects: Objects, blob: str, start: int, end: int) -> bytes:
    return b"".join(objects.pieces(blob, start, end))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", EDGES)
def test_any_part_is_read(place: str, size: int, tmp_path: Path) -> None:
    objects, blob, data = opened(place, tmp_path), new_blob(os.urandom), os.urandom(size)
    objects.put(blob, [data])
    assert objects.blobs.size(blob) == sealed_size(size)
    for start in (0, 1, CHUNK - 1, CHUNK, size - 1, size // 2):
        for end in (start + 1, start + CHUNK, start + MEBIBYTE + 3, size):
            first, last = min(max(start, 0), size), min(end, size)
            assert read(objects, blob, first, last) == data[first:last]


def test_nothing_of_it_is_on_the_disk(tmp_path: Path) -> None:
    objects, blob, other = opened("folder", tmp_path), new_blob(os.urandom), joined(new_blob(os.urandom))
    data = b"salaries" * 20_000
    objects.put(blob, [data])
    objects.join([(blob, len(data))], other)
    assert read(objects, other, 8, 16) == b"salaries"
    for file in filter(Path.is_file, tmp_path.rglob("*")):
        stored = file.read_bytes()
        assert b"salaries" not in stored


@pytest.mark.parametrize("place", PLACES)
def test_what_was_stored_before_is_read_as_it_is(place: str, tmp_path: Path) -> None:
    plain, blob = opened(place, tmp_path, None), new_blob(os.urandom)
    large, data = new_blob(os.urandom), os.urandom(3 * MEBIBYTE)
    plain.put(blob, [b"data"])
    plain.put(large, [data])
    sealed = opened(place, tmp_path)
    if place == "memory":
        vars(sealed.blobs)["store"] = plain.blobs.store
    assert read(sealed, blob, 1, 4) == b"ata"
    assert read(sealed, large, 5, 2 * MEBIBYTE) == data[5 : 2 * MEBIBYTE]
    assert read(sealed, large, 2 * MEBIBYTE, 2 * MEBIBYTE + 7) == data[2 * MEBIBYTE : 2 * MEBIBYTE + 7]
    copy = new_blob(os.urandom)
    sealed.copy(blob, copy)
    assert read(sealed, copy, 0, 4) == b"data"


@pytest.mark.parametrize("size", [10, 3 * MEBIBYTE])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(st.floats(0, 1, exclude_max=True))
def test_what_was_changed_is_not_read(tmp_path: Path, size: int, where: float) -> None:
    objects, blob = opened("folder", tmp_path), new_blob(os.urandom)
    objects.put(blob, [os.urandom(size)])
    file = tmp_path / blob
    stored = bytearray(file.read_bytes())
    stored[16 + int(where * (len(stored) - 16))] ^= 1
    file.write_bytes(stored)
    with pytest.raises(Unopenable):
        read(objects, blob, 0, size)


def test_another_servers_key_does_not_open(tmp_path: Path) -> None:
    objects, blob = opened("folder", tmp_path), new_blob(os.urandom)
    objects.put(blob, [b"data"])
    other = opened("folder", tmp_path, Sealing(of_server(b"1" * 32)))
    with pytest.raises(Unopenable):
        read(other, blob, 0, 4)


def test_small_blobs_are_cached_as_plaintext(tmp_path: Path) -> None:
    objects = Objects.open(tmp_path, sealing=KEY)
    for size in (4, CHUNK):
        blob, data = new_blob(os.urandom), os.urandom(size)
        objects.put(blob, [data])
        assert read(objects, blob, 0, 1) == data[:1]
        (tmp_path / blob).unlink()
        assert objects.at_once().get(blob, 0, size) == data
    assert HEAD < CHUNK


def put(objects: Objects, data: bytes) -> str:
    """The name of a new blob with these bytes."""
    blob = objects.name(os.urandom, len(data))
    objects.put(blob, (data[at : at + MEBIBYTE] for at in range(0, len(data), MEBIBYTE)))
    return blob


def swap(folder: Path, blob: str, other: str) -> None:
    """Puts another blob in the place of one, as who can write to the disk."""
    (folder / blob).write_bytes((folder / other).read_bytes())


@pytest.mark.parametrize("size", [10, CHUNK * 3, 3 * MEBIBYTE])
def test_another_blob_in_its_place_is_not_read(tmp_path: Path, size: int) -> None:
    """Neither whole nor in part; nor a plain one, nor one that was stored before names were bound."""
    objects, data = opened("folder", tmp_path), os.urandom(size)
    old, plain = new_blob(os.urandom), new_blob(os.urandom)
    objects.put(old, [data])
    opened("folder", tmp_path, None).put(plain, [data])
    assert read(objects, old, 0, size) == read(objects, plain, 0, size) == data
    for other in (put(objects, data), old, plain):
        blob = put(objects, data)
        assert read(objects, blob, 1, size) == data[1:]
        swap(tmp_path, blob, other)
        for start, end in ((0, size), (size // 2, size // 2 + 1)):
            with pytest.raises(Unopenable):
                read(objects, blob, start, end)


@pytest.mark.parametrize("place", PLACES)
def test_copies_are_bound_as_the_first_one_is(place: str, tmp_path: Path) -> None:
    objects, data = opened(place, tmp_path), os.urandom(2 * MEBIBYTE)
    names = [put(objects, data)]
    for _ in range(3):
        names.append(like(names[-1], new_blob(os.urandom)))
        objects.copy(names[-2], names[-1])
    assert len(set(map(bound_to, names))) == 1
    assert all(is_blob(name) for name in names)
    for name in names:
        assert read(objects, name, 5, size := len(data)) == data[5:size]
        objects.delete(name)
    other = put(objects, data)
    assert bound_to(other) != bound_to(names[0])


def test_pieces_of_joined_blobs_are_bound(tmp_path: Path) -> None:
    objects, data = opened("memory", tmp_path), os.urandom((8 << 20) + 5)
    blob = put(objects, data)
    copy = like(blob, new_blob(os.urandom))
    objects.copy(blob, copy)
    pieces = [name for each in (blob, copy) for name, _ in objects.entries(each)]
    assert all(map(bound_to, pieces))
    assert len(set(map(bound_to, pieces))) == 2
    assert {family(each) for each in pieces} == {family(blob), family(copy)}
    objects.delete(blob)
    assert read(objects, copy, 0, len(data)) == data
