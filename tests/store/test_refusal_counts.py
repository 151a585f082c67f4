"""Strangers fill no disk: some of their refusals are recorded, and all of them are counted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from watchword.store.refusal_counts import MOST_COUNTS, RefusalCounts, Refused

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ONE = Refused("192.0.2.1", "AccessDenied")
OTHER = Refused("192.0.2.2", "AccessDenied")


def test_the_first_of_each_minute_are_recorded_and_the_others_counted() -> None:
    counts = RefusalCounts(2)
    seconds = [0, 1, 2, 59, 60, 119, 119, 3600]
    admitted = [counts.admit(ONE, NOW + timedelta(seconds=second)) for second in seconds]
    assert admitted == [True, True, False, False, True, True, False, True]
    assert counts.take() == [(ONE, 3)]
    assert counts.take() == []


def test_they_are_counted_by_place_and_answer() -> None:
    counts = RefusalCounts(0)
    for refused in (ONE, OTHER, ONE, ONE._replace(code="InvalidClientTokenId")):
        assert not counts.admit(refused, NOW)
    assert counts.take() == [(ONE, 2), (OTHER, 1), (ONE._replace(code="InvalidClientTokenId"), 1)]


def test_when_room_is_scarce_all_are_counted() -> None:
    counts = RefusalCounts(2)
    assert not counts.admit(ONE, NOW, spare=True)
    assert counts.admit(ONE, NOW)
    assert counts.take() == [(ONE, 1)]


def test_there_are_never_more_counts_than_that() -> None:
    counts = RefusalCounts(0)
    for number in range(10 * MOST_COUNTS):
        counts.admit(Refused(f"192.0.2.{number}", "AccessDenied"), NOW)
    taken = counts.take()
    assert len(taken) == MOST_COUNTS + 1
    assert taken[0] == (Refused("", "AccessDenied"), 9 * MOST_COUNTS)


def test_what_was_put_back_is_counted_on() -> None:
    counts = RefusalCounts(0)
    counts.admit(ONE, NOW)
    taken = counts.take()
    counts.admit(ONE, NOW)
    counts.put_back(taken)
    assert counts.take() == [(ONE, 2)]


def test_no_thread_loses_a_count() -> None:
    counts = RefusalCounts(100)
    with ThreadPoolExecutor(8) as threads:
        admitted = sum(threads.map(lambda _: counts.admit(ONE, NOW), range(4000)))
    assert admitted == 100
    assert counts.take() == [(ONE, 3900)]
