"""Which refusals of strangers are recorded, and what the record of the others says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from watchword.access.audit_lookup import denied, latest
from watchword.access.refusals import record_counts
from watchword.gateway.journey import journey
from watchword.names import HttpRequest
from watchword.store.audit_files import newest_first
from watchword.store.refusal_counts import RefusalCounts
from watchword.world import World

LIMIT = 3
HOST = ("host", "localhost")


@pytest.fixture
def limited(world: World) -> World:
    return replace(world, refusals=RefusalCounts(LIMIT))


def events(world: World) -> list[dict[str, Any]]:
    return list(newest_first(world.settings.journal))[::-1]


def stranger(world: World, path: str = "/", peer: str = "192.0.2.1") -> int:
    return journey(world, HttpRequest("GET", path, headers=(HOST,), peer=peer)).status


def test_more_than_that_are_counted(limited: World) -> None:
    assert [stranger(limited) for _ in range(LIMIT + 2)] == [403] * (LIMIT + 2)
    assert stranger(limited, peer="192.0.2.2") == 403
    assert len(events(limited)) == LIMIT
    record_counts(limited)
    record_counts(limited)
    counted = events(limited)[LIMIT:]
    assert [(event["sourceIPAddress"], event["additionalEventData"]) for event in counted] == [
        ("192.0.2.1", {"count": 2}),
        ("192.0.2.2", {"count": 1}),
    ]
    for event in counted:
        assert (event["eventName"], event["errorCode"]) == ("RefusedRequests", "MissingAuthenticationToken")
        assert len(json.dumps(event)) < 700


def test_a_count_is_no_refusal_to_explain(limited: World, signed: Any) -> None:
    anyone = HttpRequest("DELETE", "/bucket/key", headers=(HOST,))
    assert journey(limited, signed("PUT", "/bucket")).status == 200
    for _ in range(LIMIT + 1):
        assert journey(limited, anyone).status == 403
    record_counts(limited)
    assert events(limited)[-1]["errorCode"] == "AccessDenied"
    [newest] = latest(limited, denied, 1)
    assert newest["eventName"] == "DeleteObject"


def test_the_refusals_of_known_callers_are_all_recorded(limited: World, signed: Any) -> None:
    for _ in range(2 * LIMIT):
        assert journey(limited, signed("GET", "/no-such-bucket/key")).status == 404
    assert len(events(limited)) == 2 * LIMIT


def test_counts_that_cannot_be_recorded_are_kept(limited: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(LIMIT + 1):
        stranger(limited)

    def full(*_: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patched:
        patched.setattr("watchword.store.audit_files._Files.write", full)
        with pytest.raises(OSError, match="full"):
            record_counts(limited)
    record_counts(limited)
    assert events(limited)[-1]["additionalEventData"] == {"count": 1}
