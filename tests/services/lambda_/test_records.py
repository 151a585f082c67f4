"""What destinations are told, whatever a function answers."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from watchword.services.lambda_.events import records
from watchword.services.lambda_.events.records import MOST_RESPONSE
from watchword.services.lambda_.events.retries import EXHAUSTED, Attempt
from watchword.store.functions.events import Event
from watchword.store.functions.functions import Function

NOW = datetime(2026, 5, 1, 12, 30, 15, 67_890, UTC)
FUNCTION = Function("f1", "111122223333", "eu-west-1", "f", NOW)
EVENT = Event("r1", "f1", "111122223333", "live", b'{"a": 1.0}', NOW, NOW)


def record(attempt: Attempt | None) -> dict[str, Any]:
    written = records.record(EVENT, FUNCTION, EXHAUSTED, 3, attempt, NOW)
    found: dict[str, Any] = json.loads(written)
    return found


def letter(attempt: Attempt | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(records.dead_letter(EVENT, attempt))
    return found


def test_the_event_is_in_it_as_it_came() -> None:
    assert b'{"a": 1.0}' in records.record(EVENT, FUNCTION, EXHAUSTED, 3, None, NOW)
    assert b'{"a": 1.0}' in records.dead_letter(EVENT, None)


def test_the_time_is_in_milliseconds() -> None:
    assert record(None)["timestamp"] == "2026-05-01T12:30:15.067Z"


def test_a_long_response_is_left_out() -> None:
    text = json.dumps("x" * (MOST_RESPONSE - 2)).encode()
    assert "responsePayload" in record(Attempt(text, "1"))
    found = record(Attempt(text + b" ", "1"))
    assert "responsePayload" not in found
    assert found["responseContext"] == {"statusCode": 200, "executedVersion": "1"}


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b'{"errorMessage": "no"}', {"errorMessage": "no"}),
        (b"no JSON", "no JSON"),
        (b"", ""),
        (b"\xff", "\ufffd"),
        (b'"\xff"', '"\ufffd"'),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_a_response_that_is_no_json_is_text(payload: bytes, shown: object) -> None:
    assert record(Attempt(payload, "1", error="Unhandled"))["responsePayload"] == shown


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b'{"errorMessage": "no"}', "no"),
        (json.dumps({"errorMessage": "x" * 2000}).encode(), "x" * 1024),
        (b"[]", ""),
        (b"no JSON", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_a_dead_letter_says_why(payload: bytes, message: str) -> None:
    assert letter(Attempt(payload, "", 403))["attributes"] == {
        "RequestID": "r1",
        "ErrorCode": "403",
        "ErrorMessage": message,
    }


def test_what_never_ran_has_no_response() -> None:
    assert not {"responseContext", "responsePayload"} & record(None).keys()
    assert letter(None)["attributes"] == {"RequestID": "r1", "ErrorCode": "", "ErrorMessage": ""}
