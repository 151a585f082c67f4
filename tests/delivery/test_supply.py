"""Credentials are renewed in time, kept through an outage, dropped when refused, never served when ended."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from watchword.delivery.supply import CONFIRMED, RENEW_AT, RETRY, Issued, NotIssued, Refused, Supply

START = datetime(2026, 11, 28, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Host:
    """A clock that is set by hand, and a server that is up or down."""

    def __init__(self, life: timedelta = HOUR, *, confirms: bool = False, chance: float = 0.0) -> None:
        self.now, self.life, self.asked, self.confirmed = START, life, 0, 0
        self.down, self.refuses, self.revoked = False, False, set[str]()
        alive = self.alive if confirms else None
        self.supply = Supply(self.issue, lambda: self.now, alive=alive, chance=lambda: chance)

    def issue(self) -> Issued:
        self.asked += 1
        if self.down:
            raise NotIssued("the server is down")
        if self.refuses:
            raise Refused("the role may not be assumed")
        return Issued("role", f"ASIA{self.asked}", "secret", "token", self.now + self.life)

    def alive(self, issued: Issued) -> None:
        self.confirmed += 1
        if self.down:
            raise NotIssued("the server is down")
        if issued.access_key_id in self.revoked:
            raise Refused("revoked")


@pytest.mark.parametrize(
    ("life", "left"),
    [
        pytest.param(12 * HOUR, RENEW_AT, id="a long session"),
        pytest.param(HOUR, HOUR / 2, id="an hour"),
        pytest.param(15 * MINUTE, 7.5 * MINUTE, id="the shortest session"),
    ],
)
def test_what_is_served_lasts_long_enough(life: timedelta, left: timedelta) -> None:
    host = Host(life)
    first = host.supply.get()
    host.now = first.expires - left - SECOND
    assert host.supply.at_once() == host.supply.get() == first
    host.now += SECOND
    assert host.supply.at_once() is None
    assert host.supply.get().expires == host.now + life
    assert host.asked == 2


@pytest.mark.parametrize(("chance", "early"), [(0.0, HOUR / 24), (0.5, HOUR / 16), (1.0, HOUR / 12)])
def test_they_are_renewed_before_by_chance(chance: float, early: timedelta) -> None:
    host = Host(chance=chance)
    first = host.supply.get()
    host.now = START + HOUR / 2 - early - SECOND
    host.supply.renew()
    assert host.supply.at_once() == first
    host.now += SECOND
    host.supply.renew()
    renewed = host.supply.at_once()
    assert renewed
    assert renewed.expires == host.now + HOUR


def test_what_nobody_asks_for_is_not_renewed_for_ever() -> None:
    host = Host()
    host.supply.get()
    for _ in range(10):
        host.now += 29 * MINUTE
        host.supply.renew()
    assert host.asked == 2
    host.supply.get()
    assert host.asked == 3


def test_who_asks_once_in_a_session_never_waits() -> None:
    """As an SDK does, a quarter of an hour before its credentials end."""
    host = Host()
    host.supply.get()
    for _ in range(100):
        host.now += MINUTE
        host.supply.renew()
        if (host.now - START) % (45 * MINUTE) == timedelta(0):
            assert host.supply.at_once()


def test_an_outage_is_bridged_until_they_end() -> None:
    host = Host()
    first = host.supply.get()
    host.down, host.now = True, START + 40 * MINUTE
    assert host.supply.get() == host.supply.at_once() == first
    host.now = first.expires - SECOND
    assert host.supply.at_once() == first, "who has good ones doesn't wait for a server that is down"
    host.supply.renew()
    assert host.supply.get() == first
    assert host.supply.failures == 2
    host.now = first.expires
    assert host.supply.at_once() is None
    with pytest.raises(NotIssued, match="the server is down"):
        host.supply.get()
    host.down, host.now = False, host.now + RETRY
    assert host.supply.get() != first
    assert host.supply.failure is None


def test_the_log_tells_once_of_an_outage_and_of_its_end(caplog: pytest.LogCaptureFixture) -> None:
    host = Host()
    host.supply.get()
    host.down, host.now = True, START + 40 * MINUTE
    for _ in range(3):
        host.supply.renew()
        host.now += RETRY
    host.down = False
    host.supply.renew()
    with caplog.at_level(logging.WARNING):
        said = [record.getMessage() for record in caplog.records]
    assert said == [
        "the server is down; served until 2026-11-28 01:00:00+00:00: what there is",
        "role: renewed again, until 2026-11-28 01:40:15+00:00",
    ]


def test_what_the_server_refuses_is_dropped_at_once() -> None:
    host = Host()
    host.supply.get()
    host.refuses, host.now = True, START + HOUR / 2
    host.supply.renew()
    assert host.supply.held is None
    with pytest.raises(Refused, match="may not be assumed"):
        host.supply.get()
    assert host.asked == 2, "not hammered"
    host.refuses, host.now = False, host.now + RETRY
    assert host.supply.get().access_key_id == "ASIA3"


def test_what_was_revoked_is_replaced_within_a_second() -> None:
    host = Host(confirms=True)
    first = host.supply.get()
    host.revoked.add(first.access_key_id)
    host.now += CONFIRMED
    assert host.supply.at_once() is None
    assert host.supply.get().access_key_id == "ASIA2"


def test_what_was_revoked_for_good_is_not_served() -> None:
    host = Host(confirms=True)
    host.revoked.add(host.supply.get().access_key_id)
    host.refuses = True
    host.now += CONFIRMED
    with pytest.raises(Refused):
        host.supply.get()
    assert host.supply.at_once() is None


def test_the_server_is_asked_at_most_once_a_second_whether_they_are_alive() -> None:
    host = Host(confirms=True)
    first = host.supply.get()
    for _ in range(20):
        host.now += CONFIRMED / 10
        assert (host.supply.at_once() or host.supply.get()) == first
    assert host.confirmed == 2


def test_a_server_that_cannot_tell_is_no_refusal() -> None:
    host = Host(confirms=True)
    first = host.supply.get()
    host.down = True
    host.now += CONFIRMED
    assert host.supply.get() == host.supply.at_once() == first


@pytest.mark.parametrize("jump", [-12 * HOUR, 20 * MINUTE])
def test_a_clock_that_jumps_leads_to_the_server(jump: timedelta) -> None:
    host = Host(confirms=True)
    host.revoked.add(host.supply.get().access_key_id)
    host.now += jump
    assert host.supply.at_once() is None
    assert host.supply.get().access_key_id == "ASIA2"


def test_what_has_ended_already_is_not_served() -> None:
    host = Host(-SECOND)
    with pytest.raises(NotIssued, match="is the clock of this host right"):
        host.supply.get()


@pytest.mark.parametrize("chance", [0.0, 0.5])
def test_a_server_that_is_down_is_not_hammered(chance: float) -> None:
    host = Host(chance=chance)
    host.down = True
    for _ in range(100):
        with pytest.raises(NotIssued):
            host.supply.get()
    assert host.asked == 1
    host.now += RETRY * (1 + chance)
    with pytest.raises(NotIssued):
        host.supply.get()
    assert host.asked == 2


def test_what_is_forgotten_is_asked_for_again() -> None:
    host = Host()
    host.supply.get()
    host.supply.forget()
    assert host.supply.get().access_key_id == "ASIA2"


def test_one_asks_and_the_others_wait() -> None:
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


def test_nobody_waits_who_can_have_good_ones() -> None:
    stuck, go = threading.Event(), threading.Event()
    now = START

    def issue() -> Issued:
        if now > START:
            stuck.set()
            go.wait()
        return Issued("role", "ASIA", "secret", "token", now + HOUR)

    supply = Supply(issue, lambda: now)
    first = supply.get()
    now = START + HOUR / 2 - MINUTE
    with ThreadPoolExecutor(1) as threads:
        threads.submit(supply.renew)
        assert stuck.wait(10)
        assert supply.get() == supply.at_once() == first
        go.set()
    assert supply.get() != first


@pytest.mark.parametrize("shown", [repr, str])
def test_no_secret_is_shown(shown: Callable[[object], str]) -> None:
    issued = Issued("role", "ASIA", "the-secret", "the-token", START)
    assert "the-" not in shown(issued)
