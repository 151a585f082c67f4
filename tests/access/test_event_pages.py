"""Pages of events: from several files and the database, with bounded work, and only the account's."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.services.harness import world_on

from watchword.access import event_pages
from watchword.access.event_pages import Looked, Position, event_of, first, page
from watchword.access.own_side import own_event, own_side
from watchword.store import Database, audit
from watchword.store.audit import Event
from watchword.store.audit_backwards import PIECE
from watchword.world import World

A, B = "111111111111", "222222222222"
BEGIN = datetime(2026, 11, 28, 12, tzinfo=UTC)
EVERY = Looked(lambda _event: True)


@pytest.fixture
def world(tmp_path: Path, database: Database) -> Iterator[World]:
    found = world_on(database, tmp_path, BEGIN, A, B)
    yield found
    found.journal.close()


def event(number: int, account: str = A, padding: str = "", **more: Any) -> dict[str, Any]:
    at = BEGIN - timedelta(minutes=number)
    return {
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "requestID": f"r{number}",
        "recipientAccountId": account,
        "userAgent": padding,
        **more,
    }


def write(world: World, name: str, *events: dict[str, Any], end: bytes = b"") -> None:
    """A file of the journal, oldest event first."""
    lines = b"".join(json.dumps(each, separators=(",", ":")).encode() + b"\n" for each in reversed(events))
    world.settings.journal.joinpath(name).write_bytes(lines + end)


def keep(world: World, *events: dict[str, Any]) -> None:
    """In the database, oldest first."""
    for each in reversed(events):
        with world.database.write(BEGIN) as tx:
            text, request_id = json.dumps(each), each["requestID"]
            audit.insert(tx, Event(request_id, BEGIN, each["recipientAccountId"], request_id, text))


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [int(each["requestID"][1:]) for each in events]


def walk(world: World, most: int, looked: Looked = EVERY) -> list[int]:
    """All pages, joined."""
    found, position = [], None
    for _ in range(1000):
        one = page(world, A, looked, most, position)
        found += numbers(one.events)
        position = one.position
        if position is None:
            return found
    raise AssertionError("it doesn't end")


@pytest.mark.parametrize("most", [1, 2, 3, 50])
def test_events_are_merged_by_time(world: World, most: int) -> None:
    write(world, "2026-11-28-10-0.jsonl", event(0), event(3), event(6))
    write(world, "2026-11-28-11-0.jsonl", event(1), event(5, B), event(4))
    write(world, "2026-11-27-10-0.jsonl", event(1441), event(1443))
    write(world, "2026-11-26-10-0.jsonl", event(2881))
    keep(world, event(2), event(7, B), event(1442))
    assert walk(world, most) == [0, 1, 2, 3, 4, 6, 1441, 1442, 1443, 2881]


def test_a_search_is_bounded_and_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What isn't wanted takes many pages, all of them short."""
    padding = "x" * (PIECE // 4)
    write(
        world,
        "2026-11-28-10-0.jsonl",
        event(0),
        *(event(each, B, padding) for each in range(1, 40)),
        event(99),
    )
    keep(world, *(event(each) for each in range(100, 110)))
    monkeypatch.setattr(event_pages, "STEPS", 300)
    assert page(world, A, Looked(lambda each: each["requestID"] == "r109"), 10).events == []
    assert walk(world, 50) == [0, 99, *range(100, 110)]
    assert walk(world, 50, Looked(lambda each: each["requestID"] == "r109")) == [109]


def test_an_older_file_is_not_opened_before_it_is_needed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(world, "2026-11-28-10-0.jsonl", event(0), event(1))
    write(world, "2026-11-20-10-0.jsonl", event(20_000))
    opened, mapped = [], event_pages.mapped
    monkeypatch.setattr(
        event_pages, "mapped", lambda file, within: [opened.append(file.name), mapped(file, within)][1]
    )
    assert numbers(page(world, A, EVERY, 1).events) == [0]
    assert opened == ["2026-11-28-10-0.jsonl"]
    until = Looked(EVERY.wanted, until="2026-11-21T00:00:00Z")
    assert numbers(page(world, A, until, 1).events) == [20_000]
    assert opened[1:] == ["2026-11-20-10-0.jsonl"]


@pytest.mark.parametrize(
    "position",
    [
        Position(10**30, "9"),
        Position(-1, "", {"../../etc/passwd": 100}),
        Position(0, "", {"2026-11-28-10-0.jsonl": 10**12}),
        Position(0, "", {"2026-11-28-10-0.jsonl": -5}),
        Position(0, "", {"2026-11-28-10-0.jsonl": 150}),
    ],
)
def test_a_forged_position_shows_no_other_account(world: World, position: Position) -> None:
    write(world, "2026-11-28-10-0.jsonl", event(0), event(1, B), event(2))
    keep(world, event(3, B))
    assert set(numbers(page(world, A, EVERY, 50, position).events)) <= {0, 2}


def test_broken_lines_and_zeros_are_skipped(world: World) -> None:
    write(
        world, "2026-11-28-10-0.jsonl", event(0), end=b'{"recipientAccountId":"111111111111","requestID":"r1"'
    )
    write(world, "2026-11-28-11-0.jsonl")
    write(world, "reserve-7-0.spare", event(2), end=bytes(5000))
    write(world, "reserve-8-0.spare", end=bytes(5000))
    world.settings.journal.joinpath("2026-11-28-12-0.jsonl").write_bytes(
        b'"recipientAccountId":"111111111111"\n'
    )
    assert walk(world, 50) == [0, 2]


def test_a_quoted_account_is_not_the_account(world: World) -> None:
    """A caller of another account can write anything into its records."""
    write(world, "2026-11-28-10-0.jsonl", event(0, B, userAgent={"recipientAccountId": A}), event(1))
    assert walk(world, 50) == [1]


def test_one_event(world: World) -> None:
    write(world, "2026-11-28-10-0.jsonl", event(0), event(1, B), event(2))
    keep(world, event(3), event(4, B))
    for number, found in ((0, True), (1, False), (2, True), (3, True), (4, False), (5, False)):
        assert (event_of(world, A, f"r{number}") is not None) is found, number
    assert event_of(world, A, '"') is event_of(world, A, "") is event_of(world, A, "x" * 200) is None


def test_the_search_for_one_event_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write(world, "2026-11-28-10-0.jsonl", *(event(each) for each in range(9)))
    monkeypatch.setattr(event_pages, "STEPS", 3)
    monkeypatch.setattr(event_pages, "SEARCHES", 2)
    assert first(world, A, Looked(lambda each: each["requestID"] == "r8")) is None
    assert first(world, A, Looked(lambda each: each["requestID"] == "r1")) is not None


def test_events_belong_to_an_account(world: World) -> None:
    with pytest.raises(ValueError, match="an account"):
        page(world, "", EVERY, 1)


# --- the own side -------------------------------------------------------------------------------------------

TOLD: dict[str, Any] = {
    "decision": "implicitDeny",
    "resourceAccount": B,
    "matches": [{"policyType": "identity"}, {"policyType": "resource"}],
    "nearMisses": [{"policyType": "rcp"}],
    "levels": [{"policyType": "scp", "level": "ours"}, {"policyType": "rcp", "level": "theirs"}],
    "missingKeys": ["aws:PrincipalTag/secret"],
}


def test_the_own_side() -> None:
    known = {
        "decision": "implicitDeny",
        "matches": [{"policyType": "identity"}],
        "nearMisses": [],
        "levels": [{"policyType": "scp", "level": "ours"}],
    }
    assert own_side(TOLD, A) == known
    assert own_side(TOLD, B) == TOLD
    unknown = {name: value for name, value in TOLD.items() if name != "resourceAccount"}
    assert own_side(unknown, B) == known


@pytest.mark.parametrize("key", ["s3:ExistingObjectTag/a", "aws:ResourceTag/a", "s3:BucketTag/a"])
@pytest.mark.parametrize(("statements", "compared"), [("matches", "conditions"), ("nearMisses", "failed")])
def test_an_own_policy_does_not_read_their_tags(key: str, statements: str, compared: str) -> None:
    asked = [{"key": key, "actual": "a secret"}, {"key": "aws:username", "actual": "ann"}]
    told = {"resourceAccount": B, statements: [{"policyType": "identity", compared: asked}]}
    ((theirs, ours),) = (each[compared] for each in own_side(told, A)[statements])
    assert (theirs["actual"], ours["actual"]) == (None, "ann")
    assert own_side(told, B) == told


def test_no_event_tells_how_many_others_there_are() -> None:
    assert own_event({"errorCode": "x", "chain": {"line": 7}}, A) == {"errorCode": "x"}


def test_what_the_operator_may_know_is_left_out() -> None:
    optional = {"optional": True, "message": "m"}
    recorded = {"additionalEventData": {"meant": "a secret", "decisions": [TOLD, optional]}}
    assert own_event(recorded, A) == {"additionalEventData": {"decisions": [own_side(TOLD, A), optional]}}
    assert own_event({"errorCode": "x"}, A) == {"errorCode": "x"}
