"""The cache of issuers' keys: when it fetches, and how long keys count."""

import threading
from typing import cast

import pytest

from watchword.issuer_keys import Issuer, IssuerKeys, UnreachableError
from watchword.issuer_keys.fetch import FetchError
from watchword.issuer_keys.keys import AT_ONCE, FRESH, OUTAGE, RETRY
from watchword.names import AwsError
from watchword.names.would_block import WouldBlock
from watchword.proofs.public_keys import Keys, PublicKey

KEY = cast("PublicKey", object())


class Published:
    """An issuer that publishes what a test says, and counts how often it is asked."""

    def __init__(self, *kids: str) -> None:
        self.kids: tuple[str, ...] | None = kids
        self.asked = 0
        self.now = 1000.0
        self.cache = IssuerKeys(lambda: self.now)

    def keys(self) -> Keys:
        self.asked += 1
        if self.kids is None:
            raise FetchError("it is down")
        return dict.fromkeys(self.kids, KEY)

    def of(self, kid: str = "a", *, at_once: bool = False) -> set[str]:
        return set(self.cache.of(cast("Issuer", self), kid, at_once=at_once))


def test_keys_are_fetched_once() -> None:
    issuer = Published("a")
    assert issuer.of() == issuer.of() == {"a"}
    assert issuer.asked == 1


def test_on_the_event_loop_nothing_is_fetched() -> None:
    issuer = Published("a")
    with pytest.raises(WouldBlock):
        issuer.of(at_once=True)
    assert issuer.asked == 0
    issuer.of()
    assert issuer.of(at_once=True) == {"a"}


def test_a_new_key_is_known_and_a_removed_one_forgotten_within_a_minute() -> None:
    issuer = Published("a")
    issuer.of()
    issuer.now += RETRY
    issuer.kids = ("b",)
    assert issuer.of("b") == {"b"}
    issuer.kids = ("c",)
    issuer.now += FRESH
    assert issuer.of("b") == {"c"}
    assert FRESH <= 60


def test_random_key_ids_cost_one_fetch_in_a_while() -> None:
    issuer = Published("a")
    for number in range(10_000):
        issuer.of(f"random {number}")
    assert issuer.asked == 1
    issuer.now += RETRY
    for number in range(10_000):
        issuer.of(f"random {number}", at_once=number > 0)
    assert issuer.asked == 2


def test_a_failure_is_remembered() -> None:
    issuer = Published()
    issuer.kids = None
    for _ in range(100):
        with pytest.raises(UnreachableError, match="it is down"):
            issuer.of()
    assert issuer.asked == 1
    issuer.now, issuer.kids = issuer.now + RETRY, ("a",)
    assert issuer.of() == {"a"}


def test_an_outage_ends_keys_after_its_bound_only() -> None:
    issuer = Published("a")
    issuer.of()
    issuer.kids = None
    issuer.now += OUTAGE - 1
    assert issuer.of() == {"a"}
    with pytest.raises(UnreachableError, match="it is down"):
        issuer.of("unknown")
    issuer.now += 1
    with pytest.raises(UnreachableError, match="it is down"):
        issuer.of()


def test_other_thumbprints_are_another_issuer() -> None:
    issuer, other = Issuer("https://x", ("a",)), Issuer("https://x", ("b",))
    assert hash(issuer) != hash(other)


class Hanging(Published):
    """It answers when it is let go."""

    def __init__(self) -> None:
        super().__init__("a")
        self.begun, self.go = threading.Event(), threading.Event()

    def keys(self) -> Keys:
        self.begun.set()
        assert self.go.wait(10)
        return super().keys()


def test_one_thread_fetches_few_wait_and_others_are_turned_away() -> None:
    issuer = Hanging()
    threads = [threading.Thread(target=issuer.of) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    assert issuer.begun.wait(10)
    while issuer.cache._room._value:  # until all are in
        pass
    with pytest.raises(AwsError, match="Throttling"):
        issuer.of()
    issuer.go.set()
    for thread in threads:
        thread.join(10)
    assert issuer.asked == 1
    assert issuer.of() == {"a"}


def test_while_keys_are_fetched_again_the_last_ones_count() -> None:
    issuer = Hanging()
    issuer.go.set()
    issuer.of()
    issuer.begun.clear()
    issuer.go.clear()
    issuer.now += FRESH
    thread = threading.Thread(target=issuer.of)
    thread.start()
    assert issuer.begun.wait(10)
    assert issuer.of() == {"a"}
    issuer.go.set()
    thread.join(10)
    assert issuer.asked == 2
