"""Hashes of passwords: made by argon2-cffi, checked against those of any parameters and salts."""

import pytest
from argon2 import PasswordHasher

from watchword.proofs.password import DUMMY, SALT_BYTES, hash_password, is_one_of, salt_of

SALT = bytes(range(SALT_BYTES))
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_the_parameters_are_those_of_rfc_9106() -> None:
    assert hash_password("open sesame", SALT).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_is_one_that_the_library_verifies() -> None:
    assert PasswordHasher().verify(hash_password("open sesame", SALT), "open sesame")


def test_the_salt_is_read_from_the_hash() -> None:
    assert salt_of(hash_password("x", SALT)) == SALT


@pytest.mark.parametrize(
    ("password", "found"), [("one", True), ("two", True), ("three", True), ("four", False)]
)
def test_a_password_is_looked_for_among_many(password: str, found: bool) -> None:
    """Whatever salts and parameters their hashes have."""
    stored = [
        CHEAP.hash("one", salt=SALT),
        CHEAP.hash("two", salt=SALT),
        PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("three"),
    ]
    assert is_one_of(password, stored) is found
    assert not is_one_of(password, [])


def test_the_dummy_takes_the_work_of_a_hash() -> None:
    assert (
        DUMMY.rpartition("$")[0].rpartition("$")[0]
        == hash_password("x", SALT).rpartition("$")[0].rpartition("$")[0]
    )
    assert len(salt_of(DUMMY)) == SALT_BYTES
    assert not is_one_of("", [DUMMY])
