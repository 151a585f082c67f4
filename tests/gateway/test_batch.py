"""What came together is recorded together, and leaves after its records."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from watchword.gateway.batch import Batch
from watchword.gateway.journey import journey
from watchword.names import Body, HttpRequest, HttpResponse
from watchword.objects.blob_cache import LONGEST
from watchword.proofs.audit_chain import audit_key
from watchword.store.audit_check import check
from watchword.transport.service import By
from watchword.world import World

FORM = ("content-type", "application/x-www-form-urlencoded")
ASKED = HttpRequest("POST", "/", "", (FORM,), Body(b"Action=GetCallerIdentity&Version=2011-06-15"))
"""Refused, since nobody signed it; from cached facts alone."""


def lines(world: World) -> list[bytes]:
    return b"".join(file.read_bytes() for file in files(world)).splitlines()


def files(world: World) -> list[Path]:
    return list((world.settings.data / "audit").glob("*.jsonl"))


def after_a_turn(world: World, requests: int) -> list[tuple[int, int]]:
    """Of each answer its status, and how many records there were when it left."""
    left: list[tuple[int, int]] = []

    def deliver(response: HttpResponse) -> None:
        left.append((response.status, len(lines(world))))

    async def take_turn() -> None:
        batch = Batch(world)
        for _ in range(requests):
            assert batch.answer(journey, ASKED, deliver) is By.EVENT_LOOP
        assert (left, lines(world)) == ([], [])
        await asyncio.sleep(0)

    asyncio.run(take_turn())
    return left


def test_answers_leave_after_all_records(world: World) -> None:
    assert after_a_turn(world, 3) == [(403, 3)] * 3
    key = audit_key(world.root_key.material)
    assert [check(file, key).wrong for file in files(world)] == [()]


def test_what_cannot_be_recorded_is_refused(world: World) -> None:
    (world.settings.data / "audit").rmdir()
    assert after_a_turn(world, 2) == [(503, 0)] * 2


def test_a_turn_asks_once_whether_anything_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    check = world.facts._watch.check
    monkeypatch.setattr(world.facts._watch, "check", lambda: asked.append(True) or check())

    async def take_turns() -> None:
        batch = Batch(world)
        for taken in range(1, 4):
            for _ in range(3):
                batch.answer(journey, ASKED, lambda _: None)
            assert len(asked) == taken
            await asyncio.sleep(0)

    asyncio.run(take_turns())


def test_an_object_is_read_in_a_turn_once_its_bytes_are_in_memory(
    world: World, signed: Callable[..., HttpRequest]
) -> None:
    said: list[HttpResponse] = []

    async def read_in_a_turn(path: str) -> bool:
        by = Batch(world).answer(journey, signed("GET", path), said.append)
        await asyncio.sleep(0)
        return by is By.EVENT_LOOP

    for path, body in (("/logs", b""), ("/logs/small", b"hello"), ("/logs/long", b"x" * (LONGEST + 1))):
        assert journey(world, signed("PUT", path, body)).status == 200
    for path in ("/logs/small", "/logs/long"):
        assert not asyncio.run(read_in_a_turn(path))
        assert journey(world, signed("GET", path)).status == 200
    read = len(lines(world))
    assert asyncio.run(read_in_a_turn("/logs/small"))
    assert [answer.body for answer in said] == [b"hello"]
    assert not asyncio.run(read_in_a_turn("/logs/long"))
    assert len(lines(world)) == read + 1, "what was answered is recorded, what was tried isn't"


def test_what_moves_bytes_is_told_apart(world: World, signed: Callable[..., HttpRequest]) -> None:
    async def answered(**headers: str) -> By:
        return Batch(world).answer(journey, signed("PUT", "/logs/key", **headers), lambda _: None)

    assert asyncio.run(answered()) is By.THREAD
    assert asyncio.run(answered(**{"x-amz-copy-source": "logs/other"})) is By.MOVER
