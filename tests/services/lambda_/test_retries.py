"""What becomes of an event after an attempt: the rules of Lambda's documentation, as values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchword.services.lambda_.events.retries import (
    EXHAUSTED,
    MOST_BEGUN,
    SUCCESS,
    TOO_OLD,
    Attempt,
    after,
    refused,
)
from watchword.store.functions.event_configs import EventConfig
from watchword.store.functions.events import Event

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVENT = Event("r1", "f1", "111122223333", "", b"{}", NOW, NOW)
FAILED = Attempt(b"{}", "$LATEST", error="Unhandled")
DENIED = Attempt(b"{}", "", 403)
THROTTLED = Attempt(b"{}", "", 429)
BROKEN = Attempt(b"{}", "", 500)


def config(retries: int | None = None, seconds: int | None = None) -> EventConfig:
    return EventConfig("f1", "$LATEST", NOW, retries, seconds)


def waits(outcome: Event | str) -> float:
    assert isinstance(outcome, Event)
    return (outcome.due - NOW).total_seconds()


def test_an_answer_is_the_end() -> None:
    assert after(EVENT, None, Attempt(b"null", "$LATEST"), NOW) == SUCCESS


@pytest.mark.parametrize("attempt", [FAILED, DENIED])
def test_an_error_is_tried_again_after_one_minute_and_after_two(attempt: Attempt) -> None:
    first = after(EVENT, None, attempt, NOW)
    assert waits(first) == 60
    assert isinstance(first, Event)
    second = after(first, None, attempt, NOW)
    assert waits(second) == 120
    assert isinstance(second, Event)
    assert after(second, None, attempt, NOW) == EXHAUSTED


@pytest.mark.parametrize(("retries", "outcome"), [(0, EXHAUSTED), (1, None)])
def test_as_often_as_is_set(retries: int, outcome: str | None) -> None:
    first = after(EVENT, config(retries), FAILED, NOW)
    assert (first if isinstance(first, str) else None) == outcome
    assert after(replace(EVENT, attempts=1), config(retries), FAILED, NOW) == EXHAUSTED


@pytest.mark.parametrize("attempt", [THROTTLED, BROKEN])
@pytest.mark.parametrize(("before", "seconds"), [(0, 1), (1, 2), (5, 32), (8, 256), (9, 300), (10**6, 300)])
def test_what_is_not_its_fault_backs_off_up_to_five_minutes(
    attempt: Attempt, before: int, seconds: int
) -> None:
    assert waits(after(replace(EVENT, throttled=before), config(0), attempt, NOW)) == seconds


def test_an_error_of_the_function_ends_a_row_of_throttles() -> None:
    outcome = after(replace(EVENT, throttled=7), None, FAILED, NOW)
    assert isinstance(outcome, Event)
    assert (outcome.attempts, outcome.throttled) == (1, 0)


def test_it_waits_no_longer_than_until_it_is_too_old() -> None:
    assert waits(after(EVENT, config(seconds=60), FAILED, NOW + timedelta(seconds=30))) == 60
    late = NOW + timedelta(hours=6) - timedelta(seconds=2)
    assert waits(after(replace(EVENT, throttled=9), None, THROTTLED, late)) == 6 * 3600


@pytest.mark.parametrize(
    ("event", "settings", "reserved", "passed", "condition"),
    [
        (EVENT, None, None, 0, ""),
        (EVENT, None, 1, 0, ""),
        (EVENT, None, 0, 0, EXHAUSTED),
        (EVENT, None, None, 6 * 3600 - 1, ""),
        (EVENT, None, None, 6 * 3600, TOO_OLD),
        (EVENT, config(seconds=60), None, 59, ""),
        (EVENT, config(seconds=60), None, 60, TOO_OLD),
        (replace(EVENT, begun=MOST_BEGUN), None, None, 0, ""),
        (replace(EVENT, begun=MOST_BEGUN + 1), None, None, 0, EXHAUSTED),
        (EVENT, config(seconds=60), 0, 60, TOO_OLD),
    ],
)
def test_which_end_without_another_attempt(
    event: Event, settings: EventConfig | None, reserved: int | None, passed: int, condition: str
) -> None:
    assert refused(event, settings, reserved, NOW + timedelta(seconds=passed)) == condition
