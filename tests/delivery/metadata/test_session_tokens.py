"""Session tokens hold for one instance and for as long as was asked, and nothing else does."""

import os
import sys
import tracemalloc

import pytest

from watchword.delivery.metadata.session_tokens import SessionTokens


class Clock:
    """Seconds, set by hand."""

    now = 1000.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> SessionTokens:
    return SessionTokens(os.urandom, lambda: clock.now)


def test_a_token_holds_until_its_end(clock: Clock, tokens: SessionTokens) -> None:
    token = tokens.issue("i-1", 60)
    assert tokens.holds("i-1", token)
    clock.now += 59.9
    assert tokens.holds("i-1", token)
    clock.now += 0.1
    assert not tokens.holds("i-1", token)


def test_a_token_is_bound_to_its_instance(tokens: SessionTokens) -> None:
    assert not tokens.holds("i-2", tokens.issue("i-1", 60))


def test_a_token_is_bound_to_the_process_that_made_it(clock: Clock, tokens: SessionTokens) -> None:
    assert not SessionTokens(os.urandom, lambda: clock.now).holds("i-1", tokens.issue("i-1", 60))


def test_no_two_are_the_same(tokens: SessionTokens) -> None:
    assert len({tokens.issue("i-1", 60) for _ in range(100)}) == 100


def test_every_character_counts(tokens: SessionTokens) -> None:
    token = tokens.issue("i-1", 60)
    for at, char in enumerate(token):
        other = "B" if char == "A" else "A"
        assert not tokens.holds("i-1", f"{token[:at]}{other}{token[at + 1 :]}"), at


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda token: token[:-1], id="part"),
        pytest.param(lambda token: token + "A", id="more"),
        pytest.param(lambda token: token + "====", id="padded"),
        pytest.param(lambda token: f"{token}, {token}", id="twice"),
        pytest.param(lambda token: "\xe9" * len(token), id="bytes"),
        pytest.param(lambda token: "\udce9" * len(token), id="surrogates"),
        pytest.param(lambda token: "=" * len(token), id="padding alone"),
        pytest.param(lambda token: "A" * len(token), id="zeros"),
    ],
)
def test_what_is_no_token(tokens: SessionTokens, change: object) -> None:
    assert not tokens.holds("i-1", change(tokens.issue("i-1", 60)))  # type: ignore[operator]


def test_a_flood_of_requests_for_tokens_fills_no_memory(tokens: SessionTokens) -> None:
    first = tokens.issue("i-1", 60)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(10_000):
        tokens.issue("i-1", 21600)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < sys.getsizeof("") * 100
    assert tokens.holds("i-1", first), "and evicts no token"
