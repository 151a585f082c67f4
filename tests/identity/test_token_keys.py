"""Rotation of an issuer's keys: what was signed can be verified until it expires, also by cached keys."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watchword.identity.token_keys import KEPT, LEAD, ROTATED, due, published, signing
from watchword.proofs.issued_token import ALGORITHMS

BEGAN = datetime(2026, 3, 14, tzinfo=UTC)
LONGEST_TOKEN = timedelta(hours=1)
CACHED = timedelta(hours=12)
"""How long those who verify may cache keys, more than the answers say."""


@dataclass(frozen=True)
class Made:
    """A key that signs nothing."""

    id: str
    created: datetime
    algorithm: str = "ES384"


def keys(*days: float) -> list[Made]:
    return [Made(f"k{number}", BEGAN + timedelta(days=each)) for number, each in enumerate(days)]


def at(days: float) -> datetime:
    return BEGAN + timedelta(days=days)


def signs(found: list[Made], now: datetime) -> str:
    key = signing(found, "ES384", now)
    return key.id if key else ""


def ids(found: list[Made]) -> list[str]:
    return [key.id for key in found]


def test_1_the_first_key_signs_at_once_and_the_next_after_the_lead() -> None:
    assert signs(keys(0), at(0)) == "k0"
    assert signs(keys(0, 90), at(90)) == "k0"
    assert signs(keys(0, 90), at(91)) == "k1"
    assert signing(keys(0), "RS256", at(0)) is None


def test_2_the_newest_that_may_sign_does() -> None:
    assert signs(keys(0, 1, 2, 3), at(3.5)) == "k2"


def test_3_a_key_is_published_until_its_successor_has_signed_for_long() -> None:
    assert ids(published(keys(0, 90), at(90))) == ["k0", "k1"]
    assert ids(published(keys(0, 90), at(91.9))) == ["k0", "k1"]
    assert ids(published(keys(0, 90), at(92))) == ["k1"]


def test_4_another_key_is_due_when_the_newest_is_old() -> None:
    made = [*keys(0), Made("rsa", BEGAN, "RS256")]
    assert due([], at(0)) == list(ALGORITHMS)
    assert due(made, at(89)) == []
    assert due(made, at(90)) == list(ALGORITHMS)
    assert due([*made, Made("new", at(90))], at(90)) == ["RS256"]


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=5, unique=True).map(sorted),
    st.integers(0, 12_000),
    st.integers(0, 3600),
)
def test_whatever_is_signed_can_be_verified(hours: list[int], signed: int, later: int) -> None:
    """By anybody whose keys are CACHED old, until the token expires."""
    made = keys(*(each / 24 for each in hours))
    now = BEGAN + timedelta(hours=max(signed, hours[0]))
    known = [key for key in made if key.created <= now]
    key = signing(known, "ES384", now)
    assert key is not None
    assert key in published(made, now + timedelta(seconds=later))
    cached = now - CACHED
    if cached >= made[0].created:
        assert key in published([each for each in made if each.created <= cached], cached)


def test_the_times_fit_each_other() -> None:
    assert LONGEST_TOKEN < KEPT
    assert CACHED < LEAD
    assert LEAD + KEPT < ROTATED
