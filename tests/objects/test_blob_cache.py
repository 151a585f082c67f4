"""Small blobs stay in memory, and no more of them than there is room for."""

import os
from pathlib import Path

import pytest

from watchword.names.would_block import WouldBlock
from watchword.objects import Objects, Remote, new_blob
from watchword.objects.blob_cache import LONGEST, BlobCache


def test_the_least_recently_used_make_room() -> None:
    shelf = BlobCache(30)
    for name in ("a", "b", "c"):
        shelf.put(name, name.encode() * 10)
    assert shelf.get("a") == b"a" * 10
    shelf.put("d", b"d" * 20)
    assert [name for name in "abcd" if shelf.get(name)] == ["a", "d"]


def test_what_is_too_long_is_not_kept() -> None:
    shelf = BlobCache(10 * LONGEST)
    shelf.put("fits", b"x" * LONGEST)
    shelf.put("long", b"x" * (LONGEST + 1))
    assert shelf.get("fits")
    assert shelf.get("long") is None


def test_what_is_put_twice_takes_its_room_once() -> None:
    shelf = BlobCache(20)
    for _ in range(3):
        shelf.put("a", b"a" * 10)
    shelf.put("b", b"b" * 10)
    assert shelf.get("a")


@pytest.mark.parametrize("place", ["folder", "memory"])
def test_who_cannot_wait_reads_what_was_read_before(place: str, tmp_path: Path) -> None:
    objects = Objects.open(tmp_path / "objects") if place == "folder" else Objects.open(Remote("memory:///"))
    at_once, blob = objects.at_once(), new_blob(os.urandom)
    objects.put(blob, [b"hello world"])
    with pytest.raises(WouldBlock):
        at_once.get(blob, 0, 11)
    assert objects.get(blob, 0, 11) == b"hello world"
    assert at_once.get(blob, 0, 11) == b"hello world"
    assert at_once.get(blob, 6, 9) == b"wor"
    assert at_once.get(blob, 3, 3) == b""
