"""Which process does an event, and what happens when it is killed, falls behind, or can't commit.

A stand-in does the events.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import eventually
from tests.services.harness import world_on

from watchword.access import Caller, RequestContext
from watchword.access.request_context import INSIDE
from watchword.gateway import event_queue
from watchword.gateway.event_queue import MOST_OF_ACCOUNT, MOST_RUNNING, EventQueue
from watchword.gateway.turns import LEASE
from watchword.names import AwsError
from watchword.names.principal import Root
from watchword.services.lambda_.events import performing
from watchword.services.operation import Call
from watchword.store import Database, Unavailable
from watchword.store.functions import dead_letters, events, functions
from watchword.store.functions.dead_letters import MOST_KEPT, DeadLetter
from watchword.store.functions.events import Event
from watchword.store.functions.functions import Function
from watchword.world import World

ACCOUNTS = "111122223333", "444455556666"
Done = Event | tuple[DeadLetter, ...]


class Scene:
    """A world whose time stands still, and what was begun in it."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.begun = world, list[Event]()
        self.seconds = world.clock.read()
        world.clock.read = lambda: self.seconds
        self.outcome: Callable[[Event], Done] = lambda _event: ()
        monkeypatch.setattr(event_queue, "perform", self._perform)
        with world.database.write(world.clock.now()) as tx:
            for account in ACCOUNTS:
                functions.insert(tx, Function(account, account, "us-east-1", "f", world.clock.now()))

    def _perform(self, _world: World, event: Event) -> Done:
        self.begun.append(event)
        return self.outcome(event)

    def add(self, number: str, account: str = ACCOUNTS[0], **more: Any) -> Event:
        now = self.world.clock.now()
        event = Event(number, account, account, "", b"{}", now, **{"due": now, **more})
        with self.world.database.write(now) as tx:
            events.insert(tx, event)
        return event

    def left(self) -> int:
        with self.world.database.read() as tx:
            return sum(events.queued(tx, account).count for account in ACCOUNTS)


@pytest.fixture
def scene(
    database: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    world = world_on(database, tmp_path, now, *ACCOUNTS)
    yield Scene(world, monkeypatch)
    world.journal.close()


def test_an_event_is_done_once_by_one_of_two(scene: Scene) -> None:
    first, second = EventQueue(scene.world), EventQueue(scene.world)
    for number in range(20):
        scene.add(f"e{number:02}")

    def done() -> bool:
        first.turn(), second.turn()
        return scene.left() == 0

    assert eventually(done)
    assert sorted(each.id for each in scene.begun) == [f"e{number:02}" for number in range(20)]


def test_what_waits_is_done_when_it_is_due(scene: Scene) -> None:
    queue = EventQueue(scene.world)
    later = scene.world.clock.now() + timedelta(seconds=60)
    scene.add("e1", due=later)
    queue.turn()
    assert not scene.begun
    scene.world.clock.advance(60)
    queue.turn()
    assert eventually(lambda: scene.left() == 0)


def test_what_is_put_off_keeps_its_count(scene: Scene) -> None:
    queue = EventQueue(scene.world)
    event = scene.add("e1")
    scene.outcome = lambda begun: (
        () if begun.attempts else Event(**{**as_dict(begun), "attempts": 1, "due": event.due})
    )
    assert eventually(lambda: queue.turn() is not None and scene.left() == 0)
    assert [(each.attempts, each.begun) for each in scene.begun] == [(0, 1), (1, 1)]


def test_a_killed_process_loses_its_events_to_others(scene: Scene) -> None:
    killed, other = EventQueue(scene.world), EventQueue(scene.world)
    wait = threading.Event()
    scene.outcome = lambda _event: wait.wait(30) and ()
    scene.add("e1")
    killed.turn()
    other.turn()
    assert eventually(lambda: len(scene.begun) == 1)
    scene.seconds += LEASE.total_seconds() + 1
    other.turn()
    assert eventually(lambda: len(scene.begun) == 2)
    assert [each.begun for each in scene.begun] == [1, 2]
    wait.set()
    assert eventually(lambda: scene.left() == 0)


def test_who_lost_its_lease_commits_nothing(scene: Scene) -> None:
    late, other = EventQueue(scene.world), EventQueue(scene.world)
    letter = DeadLetter(ACCOUNTS[0], scene.world.clock.now(), "arn", "e1", "arn:aws:sqs", "no", b"{}")
    gates = {1: threading.Event(), 2: threading.Event()}

    def slow(event: Event) -> Done:
        gates[event.begun].wait(30)
        return (letter,)

    scene.outcome = slow
    scene.add("e1")
    late.turn()
    scene.seconds += LEASE.total_seconds() + 1
    other.turn()
    gates[1].set()
    assert eventually(lambda: not late._running)
    assert scene.left() == 1
    gates[2].set()
    assert eventually(lambda: scene.left() == 0)
    with scene.world.database.read() as tx:
        assert dead_letters.listed(tx) == [letter]


def test_a_lease_is_renewed_while_a_function_runs(scene: Scene) -> None:
    queue, other = EventQueue(scene.world), EventQueue(scene.world)
    wait = threading.Event()
    scene.outcome = lambda _event: wait.wait(30) and ()
    scene.add("e1")
    queue.turn()
    for _ in range(5):
        scene.seconds += LEASE.total_seconds() / 2
        queue.turn()
        other.turn()
    assert eventually(lambda: scene.begun)
    assert len(scene.begun) == 1
    wait.set()
    assert eventually(lambda: scene.left() == 0)


def test_one_account_leaves_room_for_others(scene: Scene) -> None:
    queue, wait = EventQueue(scene.world), threading.Event()
    scene.outcome = lambda _event: wait.wait(30) and ()
    for number in range(MOST_RUNNING + 4):
        scene.add(f"e{number:02}")
    scene.add("other", ACCOUNTS[1])
    queue.turn()
    queue.turn()
    assert eventually(lambda: len(scene.begun) == MOST_OF_ACCOUNT + 1)
    assert "other" in {each.id for each in scene.begun}
    wait.set()
    assert eventually(lambda: queue.turn() is not None and scene.left() == 0)


def test_what_is_under_way_at_the_end_is_left_as_if_it_had_not_begun(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_queue, "PATIENCE", 0.1)
    wait = threading.Event()
    scene.outcome = lambda _event: wait.wait(30) and ()
    scene.add("e1")
    queue = EventQueue(scene.world)
    queue.start()
    assert eventually(lambda: scene.begun)
    queue.stop()
    wait.set()
    next_one = EventQueue(scene.world)
    next_one.turn()
    assert eventually(lambda: scene.left() == 0)
    assert [each.begun for each in scene.begun] == [1, 1]


def test_what_fails_while_the_server_stops_is_left_to_the_next(scene: Scene) -> None:
    """A call of the function may have failed because of that, and the event would wait for a minute."""
    queue, wait = EventQueue(scene.world), threading.Event()
    later = scene.world.clock.now() + timedelta(minutes=1)
    scene.outcome = lambda event: replace(event, attempts=int(wait.wait(30)), due=later)
    scene.add("e1")
    queue.start()
    assert eventually(lambda: scene.begun)
    queue.leave()
    wait.set()
    queue.stop()
    scene.outcome = lambda _event: ()
    EventQueue(scene.world).turn()
    assert eventually(lambda: scene.left() == 0)
    assert [each.attempts for each in scene.begun] == [0, 0]


def test_an_outcome_is_committed_when_the_store_is_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_queue, "LOOKS", 0.01)
    failures, remove = [], events.remove

    def fails_first(*given: Any) -> bool:
        if len(failures) < 2:
            failures.append(given)
            raise Unavailable("gone")
        return remove(*given)

    monkeypatch.setattr(events, "remove", fails_first)
    scene.add("e1")
    EventQueue(scene.world).turn()
    assert eventually(lambda: scene.left() == 0)
    assert (len(failures), len(scene.begun)) == (2, 1)


def test_a_defect_is_no_fault_of_the_event(scene: Scene) -> None:
    def broken(_event: Event) -> Done:
        raise RuntimeError("a defect")

    scene.outcome = broken
    scene.add("e1")
    queue = EventQueue(scene.world)
    queue.turn()
    assert eventually(lambda: not queue._running)
    queue.turn()
    assert (len(scene.begun), scene.left()) == (1, 1)
    scene.world.clock.advance(301)
    scene.outcome = lambda _event: ()
    assert eventually(lambda: queue.turn() is not None and scene.left() == 0)


def test_only_the_newest_letters_of_an_account_are_kept(scene: Scene) -> None:
    now = scene.world.clock.now()
    with scene.world.database.write(now) as tx:
        for number in range(MOST_KEPT + 5):
            dead_letters.insert(tx, DeadLetter(ACCOUNTS[0], now, "arn", f"e{number}", "to", "no", b"{}"))
        dead_letters.insert(tx, DeadLetter(ACCOUNTS[1], now, "arn", "other", "to", "no", b"{}"))
        found = [each.request_id for each in dead_letters.listed(tx)]
    assert found == [*(f"e{number}" for number in range(5, MOST_KEPT + 5)), "other"]


@pytest.mark.parametrize(("name", "most"), [("MOST_QUEUED", 2), ("MOST_BYTES", 5)])
def test_the_queue_of_an_account_is_bounded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    """Each event here has two bytes."""
    monkeypatch.setattr(performing, name, most)
    now = scene.world.clock.now()
    context = RequestContext(scene.world, Caller(Root(ACCOUNTS[0])), INSIDE, "us-east-1", now)

    def accept(number: str, account: str) -> None:
        with scene.world.database.write(now) as tx:
            call = Call(context, "lambda", "Invoke", {"FunctionName": "f"}, tx)
            performing.accept(call, Event(number, account, account, "", b"{}", now, now))

    accept("e1", ACCOUNTS[0])
    accept("e2", ACCOUNTS[0])
    with pytest.raises(AwsError) as refused:
        accept("e3", ACCOUNTS[0])
    assert (refused.value.code, refused.value.status) == ("TooManyRequestsException", 429)
    accept("e4", ACCOUNTS[1])
    assert scene.left() == 3


def as_dict(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}
