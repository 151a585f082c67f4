"""How long nothing is believed after wrong passwords and codes."""

from datetime import datetime, timedelta

import pytest

from watchword.identity import attempts
from watchword.identity.attempts import FREE, LONGEST
from watchword.store import Database

ANN = "AIDA1"


def wrong(database: Database, at: datetime) -> datetime | None:
    """One more wrong attempt; the end of the block when it isn't looked at."""
    with database.write(at) as tx:
        return attempts.begin(tx, "mfa", ANN)


def test_the_first_few_cost_nothing_and_the_next_ever_more(database: Database, now: datetime) -> None:
    for _ in range(FREE):
        assert wrong(database, now) is None
    minutes = []
    for _ in range(9):
        until = wrong(database, now)
        assert until is not None
        assert wrong(database, until - timedelta(microseconds=1)) == until
        minutes.append((until - now) / timedelta(minutes=1))
        now = until
        assert wrong(database, now) is None
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_right_one_ends_it(database: Database, now: datetime) -> None:
    for _ in range(FREE):
        wrong(database, now)
    with database.write(now) as tx:
        attempts.forget(tx, "mfa", ANN)
    assert wrong(database, now) is None


def test_each_subject_and_each_kind_is_counted_by_itself(database: Database, now: datetime) -> None:
    for _ in range(FREE):
        wrong(database, now)
    with database.write(now) as tx:
        assert attempts.begin(tx, "password", ANN) is None
        assert attempts.begin(tx, "mfa", "AIDA2") is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_block_never_exceeds_the_longest(database: Database, now: datetime) -> None:
    for _ in range(100):
        assert wrong(database, now) is None
        now += LONGEST
