"""Sign-in with a password: its outcomes, and the same work for all that must look the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs
from tests.services.harness import world_on

from watchword.access import passwords
from watchword.access.passwords import Outcome, SignIn, sign_in
from watchword.identity.attempts import FIRST, FREE
from watchword.proofs.password import SALT_BYTES, hash_password
from watchword.store import Database
from watchword.store.iam import login_profiles, password_policies, users
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.password_policies import PasswordPolicy
from watchword.store.iam.users import User
from watchword.world import World

A = "111111111111"
GOOD, WRONG = "Correct1horse!", "Incorrect1horse!"
HASH = hash_password(GOOD, bytes(SALT_BYTES))
POLICY = PasswordPolicy(
    A,
    minimum_length=6,
    symbols=False,
    numbers=False,
    uppercase=False,
    lowercase=False,
    users_may_change=False,
    hard_expiry=False,
    max_age=90,
)
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path, now: datetime) -> Iterator[World]:
    """Ann has a password, Bob has none, Cat must change hers."""
    world = world_on(database, tmp_path, now, A)
    with database.write(now) as tx:
        for name in ("ann", "bob", "cat"):
            users.insert(tx, User(name.upper(), A, name, "/", now))
        login_profiles.insert(tx, LoginProfile("ANN", HASH, now, now))
        login_profiles.insert(tx, LoginProfile("CAT", HASH, now, now, reset_required=True))
    yield world
    world.journal.close()


def outcome(world: World, name: str, password: str, at: datetime) -> Outcome:
    return sign_in(world, A, name, password, at).outcome


def test_what_a_password_gives(world: World, now: datetime) -> None:
    right = sign_in(world, A, "Ann", GOOD, now)
    assert right.user is not None
    assert (right.outcome, right.user.id) == (Outcome.RIGHT, "ANN")
    assert outcome(world, "cat", GOOD, now) is Outcome.MUST_CHANGE
    assert sign_in(world, A, "ann", WRONG, now) == SignIn(Outcome.WRONG, meant="wrong password")
    assert sign_in(world, A, "bob", GOOD, now) == SignIn(Outcome.WRONG, meant="the user has no password")
    assert sign_in(world, A, "eve", GOOD, now) == SignIn(Outcome.WRONG, meant="there is no such user")


@pytest.mark.parametrize(("hard", "ended"), [(False, Outcome.MUST_CHANGE), (True, Outcome.EXPIRED)])
def test_a_password_ends_on_its_last_day(world: World, now: datetime, *, hard: bool, ended: Outcome) -> None:
    with world.database.write(now) as tx:
        password_policies.put(tx, structs.replace(POLICY, hard_expiry=hard))
    last = now + timedelta(days=90)
    assert outcome(world, "ann", GOOD, last - timedelta(seconds=1)) is Outcome.RIGHT
    assert outcome(world, "ann", GOOD, last) is ended
    assert outcome(world, "ann", WRONG, last) is Outcome.WRONG


def test_after_wrong_ones_not_even_the_right_one_is_looked_at(world: World, now: datetime) -> None:
    for _ in range(FREE):
        assert outcome(world, "ann", WRONG, now) is Outcome.WRONG
    blocked = sign_in(world, A, "ann", GOOD, now)
    assert blocked == SignIn(Outcome.WRONG, meant=f"blocked until {now + FIRST}")
    assert outcome(world, "ann", GOOD, now + FIRST) is Outcome.RIGHT
    assert outcome(world, "ann", WRONG, now + FIRST) is Outcome.WRONG
    assert outcome(world, "ann", GOOD, now + FIRST) is Outcome.RIGHT


def test_the_first_use_in_five_minutes_is_noted(world: World, now: datetime) -> None:
    for minutes, noted in ((0, 0), (4, 0), (5, 5), (6, 5)):
        outcome(world, "ann", GOOD, now + timedelta(minutes=minutes))
        outcome(world, "ann", WRONG, now + timedelta(minutes=minutes, seconds=30))
        with world.database.read() as tx:
            user = users.named(tx, A, "ann")
        assert user is not None
        assert user.password_last_used == now + timedelta(minutes=noted)


def test_all_refusals_take_the_same_work(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: one attempt is counted and one hash of the same parameters is computed."""
    work: list[str] = []
    begin, check = passwords.attempts.begin, passwords.is_one_of

    def counted(*given: object) -> datetime | None:
        work.append("counted")
        return begin(*given)  # type: ignore[arg-type]

    def hashed(password: str, stored: list[str]) -> bool:
        work.append(stored[0].rpartition("$")[0].rpartition("$")[0])
        return check(password, stored)

    monkeypatch.setattr(passwords.attempts, "begin", counted)
    monkeypatch.setattr(passwords, "is_one_of", hashed)
    done = []
    for name in ("ann", "bob", "eve", *["ann"] * FREE):
        outcome(world, name, WRONG, now)
        done.append(tuple(work))
        work.clear()
    assert set(done) == {("counted", "$argon2id$v=19$m=65536,t=3,p=4")}
