"""Facts are read from one moment, whatever is cached of another."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from watchword.app import open_world
from watchword.facts.credentials import ACCESS_KEY, KEYRING
from watchword.facts.fact import Fact, Reading
from watchword.installation.administrator import new_root_key, rotate_keyring
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import Settings
from watchword.store import Topic
from watchword.store.s3 import buckets, objects
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.objects import Object
from watchword.store.transaction import Reader
from watchword.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(Settings(tmp_path))
    yield world
    world.close()


def test_a_secret_is_opened_though_the_keyring_that_is_cached_is_an_older_one(world: World) -> None:
    key_id, secret = new_root_key(world, "")
    cached = world.facts.need(KEYRING)
    elsewhere = open_installation(world.settings)
    rotate_keyring(elsewhere)
    elsewhere.close()
    assert world.facts.need(KEYRING) is cached
    fact = world.facts.get(ACCESS_KEY, key_id)
    assert fact
    assert fact.secret == secret


def test_what_is_read_in_an_older_snapshot_is_not_kept(world: World) -> None:
    """A fact can take another one from its own snapshot; a change that came in between makes both old."""
    facts = world.facts

    def inner(_reading: Reading) -> str:
        return "of the snapshot"

    def outer(reading: Reading) -> str | None:
        facts._cache.apply([Topic("role", "AROA1")])
        return reading.get(inner_fact)

    inner_fact = Fact("inner", inner)
    assert facts.get(Fact("outer", outer)) == "of the snapshot"
    assert facts._cache.get(("outer",)) is None
    assert facts._cache.get(("inner",)) is None


def test_a_fact_depends_on_what_the_facts_in_it_depend_on(world: World) -> None:
    facts, reads = world.facts, []

    def inner(reading: Reading) -> str:
        reading.depends_on(Topic("policy", "ANPA1"))
        return "inner"

    def outer(reading: Reading) -> str | None:
        reads.append("outer")
        return reading.get(inner_fact)

    inner_fact, outer_fact = Fact("inner", inner), Fact("outer", outer)
    for changed in (Topic("role", "AROA1"), Topic("policy", "ANPA1")):
        facts.get(outer_fact)
        facts._cache.apply([changed])
    facts.get(outer_fact)
    assert reads == ["outer", "outer"]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["by this process", "by another"])
def test_the_row_of_an_object_is_read_once_between_two_commits(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    """Also when the commit wasn't about the row: nothing says what a put changed."""
    reads: list[bytes] = []

    def at(_reader: Reader, bucket_id: str, key: bytes, _version: str) -> Object:
        reads.append(key)
        return Object(bucket_id, key, "", 0, "", now)

    monkeypatch.setattr(objects, "at", at)
    other = open_installation(world.settings)
    facts, database = world.facts.cached_only(), other.database if elsewhere else world.database
    for _ in range(3):
        facts.doubt()
        facts.confirm()
        assert facts.object_at("b1", b"k") == facts.object_at("b1", b"k")
    with database.write(now) as tx:
        tx.changed("role", "AROA1")
    facts.doubt()
    facts.confirm()
    facts.object_at("b1", b"k")
    other.close()
    assert len(reads) == 2


def test_that_there_is_no_object_is_not_remembered(world: World, now: datetime) -> None:
    facts, row = world.facts.cached_only(), Object("b1", b"k", "", 0, "", now)
    facts.confirm()
    assert facts.object_at("b1", b"k") is None
    with world.database.write(now) as tx:
        buckets.insert(tx, Bucket("b1", "logs", "111111111111", "eu-west-1", now))
        objects.append(tx, row)
    assert facts.object_at("b1", b"k") == row
