"""Credentials are renewed in time, served through an outage, and never after their end."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from watchword.delivery.supply import RENEW_AT, RETRY, Issued, NotIssued, Supply

START = datetime(2026, 11, 28, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Host:
    """A clock that is set by hand, and a server that is up or down."""

    def __init__(self, life: timedelta = HOUR) -> None:
        self.now, self.life, self.down, self.asked = START, life, False, 0
        self.supply = Supply(self.issue, lambda: self.now)

    def issue(self) -> Issued:
        self.asked += 1
        if self.down:
            raise NotIssued("the server is down")
        return Issued("role", f"ASIA{self.asked}", "secret", "token", self.now + self.life)


@pytest.mark.parametrize(
    ("life", "renewed_from"),
    [
        pytest.param(12 * HOUR, 12 * HOUR - RENEW_AT, id="a long session"),
        pytest.param(HOUR, HOUR / 2, id="an hour"),
        pytest.param(15 * MINUTE, 7.5 * MINUTE, id="the shortest session"),
    ],
)
def test_they_are_renewed_before_an_sdk_asks(life: timedelta, renewed_from: timedelta) -> None:
    host = Host(life)
    first = host.supply.get()
    host.now = START + renewed_from - SECOND
    assert host.supply.at_once() == host.supply.get() == first
    host.now = START + renewed_from
    assert host.supply.at_once() is None
    assert host.supply.get().expires == host.now + life
    assert host.asked == 2


def test_an_outage_is_bridged_until_they_end() -> None:
    host = Host()
    first = host.supply.get()
    host.down, host.now = True, START + 40 * MINUTE
    assert host.supply.get() == first
    host.now = first.expires - SECOND
    assert host.supply.get() == first
    host.now = first.expires
    assert host.supply.at_once() is None
    with pytest.raises(NotIssued, match="the server is down"):
        host.supply.get()
    host.down, host.now = False, host.now + RETRY
    assert host.supply.get() != first


def test_what_has_ended_already_is_not_served() -> None:
    host = Host(-SECOND)
    with pytest.raises(NotIssued, match="is the clock of this host right"):
        host.supply.get()


def test_a_server_that_is_down_is_not_hammered() -> None:
    host = Host()
    host.down = True
    for _ in range(100):
        with pytest.raises(NotIssued):
            host.supply.get()
    assert host.asked == 1
    host.now += RETRY
    with pytest.raises(NotIssued):
        host.supply.get()
    assert host.asked == 2


def test_one_renews_and_the_others_wait() -> None:
    asked: list[int] = []
    go = threading.Event()

    def issue() -> Issued:
        asked.append(1)
        go.wait()
        return Issued("role", "ASIA", "secret", "token", START + HOUR)

    supply = Supply(issue, lambda: START)
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(supply.get) for _ in range(8)]
        go.set()
        assert len({each.result() for each in waiting}) == 1
    assert len(asked) == 1


@pytest.mark.parametrize("shown", [repr, str])
def test_no_secret_is_shown(shown: Callable[[object], str]) -> None:
    issued = Issued("role", "ASIA", "the-secret", "the-token", START)
    assert "the-" not in shown(issued)
