"""One-time codes: the vectors of the RFCs, and which of them are accepted when."""

from datetime import UTC, datetime, timedelta

import pytest

from watchword.proofs.mfa import STEP_SECONDS, WIDE, Synchrony, accept, accept_pair, code_of, step_of

SEED = b"12345678901234567890"
NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
STEP = step_of(NOW)
UNKNOWN = Synchrony()

RFC_4226 = [755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489]
"""Appendix D: the codes of the steps 0 to 9."""
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
"""Appendix B: with eight digits."""


def code(step: int) -> str:
    return code_of(SEED, step)


def test_the_codes_of_rfc_4226() -> None:
    assert [code(step) for step in range(10)] == list(map(str, RFC_4226))


@pytest.mark.parametrize(("second", "expected"), RFC_6238)
def test_the_codes_of_rfc_6238(second: int, expected: str) -> None:
    assert code(step_of(datetime.fromtimestamp(second, UTC))) == expected[-6:]


@pytest.mark.parametrize("off", range(-3, 4))
def test_a_code_is_good_for_its_step_and_those_beside(off: int) -> None:
    accepted = accept(SEED, code(STEP + off), UNKNOWN, NOW)
    assert accepted == (Synchrony(off, STEP + off) if -1 <= off <= 1 else None)


def test_a_code_is_good_once_and_so_are_those_before() -> None:
    known = accept(SEED, code(STEP), UNKNOWN, NOW)
    assert known
    assert accept(SEED, code(STEP), known, NOW) is None
    assert accept(SEED, code(STEP - 1), known, NOW) is None
    assert accept(SEED, code(STEP + 1), known, NOW) == Synchrony(1, STEP + 1)


def test_a_slow_clock_stays_known() -> None:
    """It loses a step in each hour, and is still believed when it is ten minutes late."""
    known, now = UNKNOWN, NOW
    for lost in range(1, 21):
        now += timedelta(hours=1)
        accepted = accept(SEED, code(step_of(now) - lost), known, now)
        assert accepted == Synchrony(-lost, step_of(now) - lost)
        known = accepted
    assert accept(SEED, code(step_of(now) + 1), known, now) is None


@pytest.mark.parametrize(
    ("off", "found"), [(-WIDE, True), (0, True), (WIDE, True), (-WIDE - 1, False), (WIDE + 1, False)]
)
def test_two_codes_in_a_row_find_a_clock_that_is_far_off(off: int, *, found: bool) -> None:
    pair = code(STEP + off), code(STEP + off + 1)
    assert accept_pair(SEED, *pair, UNKNOWN, NOW) == (Synchrony(off + 1, STEP + off + 1) if found else None)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (0, 2), (-1, 1)])
def test_two_codes_not_in_a_row_find_nothing(first: int, second: int) -> None:
    assert accept_pair(SEED, code(STEP + first), code(STEP + second), UNKNOWN, NOW) is None


def test_a_pair_that_was_used_is_a_replay() -> None:
    pair = code(STEP - 1), code(STEP)
    known = accept_pair(SEED, *pair, UNKNOWN, NOW)
    assert known
    assert accept_pair(SEED, *pair, known, NOW) is None
    assert accept_pair(SEED, code(STEP), code(STEP + 1), known, NOW) is None
    assert accept_pair(SEED, code(STEP + 1), code(STEP + 2), known, NOW)


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666", "\ud80012345"]
)
def test_what_is_no_code_is_wrong(text: str) -> None:
    assert accept(SEED, text, UNKNOWN, NOW) is None


def test_a_step_has_thirty_seconds() -> None:
    assert step_of(NOW + timedelta(seconds=STEP_SECONDS)) == STEP + 1
