"""A client keeps its own registration; nobody changes it, and nobody has its secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.proofs import client_registration
from watchword.proofs.client_registration import LONGEST_ID

ROOT, OTHER = bytes(32), bytes(31) + b"1"


@given(st.binary(max_size=500))
def test_what_is_issued_is_read(registration: bytes) -> None:
    client_id, secret = client_registration.issue(registration, ROOT)
    assert client_registration.read(client_id, ROOT) == registration
    assert client_registration.is_secret(client_id, secret, ROOT)
    assert client_registration.read(client_id, OTHER) is None
    assert not client_registration.is_secret(client_id, secret, OTHER)


@given(st.integers(0, 70), st.characters())
def test_one_other_character_makes_it_none(place: int, character: str) -> None:
    client_id, secret = client_registration.issue(b"what was registered", ROOT)
    place %= len(client_id)
    if client_id[place] != character:
        forged = client_id[:place] + character + client_id[place + 1 :]
        assert client_registration.read(forged, ROOT) is None
    place %= len(secret)
    if secret[place] != character:
        forged = secret[:place] + character + secret[place + 1 :]
        assert not client_registration.is_secret(client_id, forged, ROOT)


@pytest.mark.parametrize("text", ["", ".", "a", "AAAA.AAAA", "é.é", "\ud800", "A" * (LONGEST_ID + 1)])
def test_what_is_no_id(text: str) -> None:
    assert client_registration.read(text, ROOT) is None


def test_the_id_doesnt_tell_the_secret() -> None:
    client_id, secret = client_registration.issue(b"a", ROOT)
    assert secret not in client_id
    assert not client_registration.is_secret(client_id, client_id.partition(".")[2], ROOT)
