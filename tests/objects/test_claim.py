"""Whose an object store is: rule by rule of `objects.claim`."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from obstore.store import MemoryStore

from watchword.objects import Remote, new_blob
from watchword.objects.blobs import Blobs
from watchword.objects.claim import MARKER, PlaceRefused, claim


@pytest.fixture
def blobs() -> Blobs:
    return Blobs(Remote("memory:///"))


def taken(blobs: Blobs, server: str = "one", *sample: str) -> bool:
    try:
        claim(blobs, server, sample, os.urandom)
    except PlaceRefused:
        return False
    return True


def paths(blobs: Blobs) -> set[str]:
    return {each["path"] for batch in blobs.store.list() for each in batch}


def test_an_empty_place_is_taken_and_stays(blobs: Blobs) -> None:
    assert taken(blobs)
    assert paths(blobs) == {MARKER}
    blobs.put(blob := new_blob(os.urandom), [b"x"])
    assert taken(blobs, "one", blob)
    assert not taken(blobs, "other")
    assert not taken(blobs, "other", blob)


def test_what_is_not_ours_is_left_alone(blobs: Blobs) -> None:
    blobs.store.put("holidays.jpg", b"x")
    assert not taken(blobs)
    assert paths(blobs) == {"holidays.jpg"}


def test_bytes_that_were_copied_there_make_it_ours(blobs: Blobs) -> None:
    here, gone = new_blob(os.urandom), new_blob(os.urandom)
    blobs.put(here, [b"x"])
    assert not taken(blobs, "one")
    assert taken(blobs, "one", gone, here)


def test_a_server_whose_bytes_are_elsewhere(blobs: Blobs) -> None:
    assert not taken(blobs, "one", new_blob(os.urandom))
    assert paths(blobs) == set()
    assert taken(blobs, "one")
    assert not taken(blobs, "one", new_blob(os.urandom))


def test_of_two_that_start_at_once_one_gets_it(blobs: Blobs) -> None:
    class Late:
        """A store where another server's marker comes between the look and the write."""

        def __init__(self) -> None:
            self.store = MemoryStore()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.store, name)

        def put(self, path: str, data: bytes, **more: Any) -> None:
            if path == MARKER:
                self.store.put(MARKER, b"other")
            self.store.put(path, data, **more)

    vars(blobs)["store"] = Late()
    assert not taken(blobs)
    assert taken(blobs, "other")


@pytest.mark.parametrize("stale", ["get", "range", "list", "delete"])
def test_a_place_that_is_not_consistent(blobs: Blobs, stale: str) -> None:
    class Stale:
        def __init__(self) -> None:
            self.store = MemoryStore()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.store, name)

        def get(self, path: str, **more: Any) -> Any:
            if stale == "get":
                self.store.put(path, b"what was there before")
            if stale == "range":
                more = {}
            return self.store.get(path, **more)

        def list(self, prefix: str = "", **more: Any) -> Iterator[Any]:
            return iter(()) if stale == "list" else self.store.list(prefix, **more)

        def delete(self, path: str) -> None:
            if stale != "delete":
                self.store.delete(path)

    vars(blobs)["store"] = Stale()
    assert not taken(blobs)
