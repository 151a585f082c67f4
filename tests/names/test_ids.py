import secrets
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.names.ids import (
    Prefix,
    account_of_access_key,
    is_account_id,
    new_access_key_id,
    new_long_id,
    new_request_id,
    new_secret,
    new_unique_id,
)

accounts = st.integers(0, 10**12 - 1).map("{:012d}".format)


@given(accounts)
def test_an_access_key_id_carries_its_account(account: str) -> None:
    key = new_access_key_id(Prefix.ACCESS_KEY, account, secrets.token_bytes)
    assert len(key) == 20
    assert account_of_access_key(key) == account


@given(accounts)
def test_what_an_account_leaves_of_an_access_key_id_is_random(account: str) -> None:
    """39 of its 80 bits: four in the ninth character, five in each behind it."""
    ids = [new_access_key_id(Prefix.ACCESS_KEY, account, bytes([byte]).__mul__) for byte in range(256)]
    assert len({key[:12] for key in ids}) == 1
    assert len({key[12] for key in ids}) == 16
    assert {key[19] for key in ids} == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_the_account_of_a_published_key() -> None:
    assert account_of_access_key("ASIAY34FZKBOKMUTVV7A") == "609629065308"


@pytest.mark.parametrize(
    "key", ["", "AKIA", "AKIAIOSFODNN7EXAMPLE", "AKIA" + "1" * 16, "AKIA" + "A" * 15, "é" * 20]
)
def test_a_key_that_carries_none(key: str) -> None:
    assert account_of_access_key(key) is None


def test_unique_ids_are_21_characters_of_base32() -> None:
    made = new_unique_id(Prefix.ROLE, secrets.token_bytes)
    assert len(made) == 21
    assert made.startswith("AROA")
    assert set(made[4:]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_long_ids_are_32_characters_of_base32() -> None:
    made = new_long_id(secrets.token_bytes)
    assert len(made) == 32
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_secrets_are_40_characters() -> None:
    assert len(new_secret(secrets.token_bytes)) == 40


@given(st.binary(min_size=16, max_size=16))
def test_request_ids_are_version_4_uuids(drawn: bytes) -> None:
    made = uuid.UUID(new_request_id(lambda count: drawn[:count]))
    assert made.version == 4
    assert made.variant == uuid.RFC_4122


@pytest.mark.parametrize("text", ["", "12345678901", "1234567890123", "12345678901a", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_no_account_id(text: str) -> None:
    assert not is_account_id(text)
