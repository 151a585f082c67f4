"""Sealing: what goes in comes out, for the same purpose and under the same keys, and not otherwise."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.proofs.keyring import Key, Keyring, Unopenable, new_key, unwrap, wrap

PURPOSE = b"a test"
OLD, NEW, OTHER = (new_key(os.urandom) for _ in range(3))
RING = Keyring((OLD, NEW), os.urandom)


@settings(max_examples=50)
@given(st.binary(max_size=2000), st.binary(max_size=40))
def test_what_is_sealed_opens(plaintext: bytes, purpose: bytes) -> None:
    assert RING.open(RING.seal(plaintext, purpose), purpose) == plaintext


def test_the_newest_key_seals_and_every_key_opens() -> None:
    before = Keyring((OLD,), os.urandom).seal(b"secret", PURPOSE)
    after = RING.seal(b"secret", PURPOSE)
    assert before[1:9].hex() == OLD.id
    assert after[1:9].hex() == NEW.id == RING.newest.id
    assert RING.open(before, PURPOSE) == b"secret"


def test_a_key_that_was_dropped_opens_nothing() -> None:
    envelope = Keyring((OLD,), os.urandom).seal(b"secret", PURPOSE)
    with pytest.raises(Unopenable):
        Keyring((NEW,), os.urandom).open(envelope, PURPOSE)


def test_every_bit_counts() -> None:
    envelope = RING.seal(b"secret", PURPOSE)
    for position in range(len(envelope) * 8):
        altered = bytearray(envelope)
        altered[position // 8] ^= 1 << position % 8
        with pytest.raises(Unopenable):
            RING.open(bytes(altered), PURPOSE)


def test_every_length_but_the_whole_is_refused() -> None:
    envelope = RING.seal(b"secret", PURPOSE)
    for length in range(len(envelope)):
        with pytest.raises(Unopenable):
            RING.open(envelope[:length], PURPOSE)
    with pytest.raises(Unopenable):
        RING.open(envelope + b"\0", PURPOSE)


@pytest.mark.parametrize("purpose", [b"", b"a tes", b"a test ", b"another"])
def test_another_purpose_does_not_open(purpose: bytes) -> None:
    with pytest.raises(Unopenable):
        RING.open(RING.seal(b"secret", PURPOSE), purpose)


def test_the_head_of_another_key_of_the_ring_does_not_open() -> None:
    envelope = RING.seal(b"secret", PURPOSE)
    with pytest.raises(Unopenable):
        RING.open(OLD.head + envelope[len(OLD.head) :], PURPOSE)


def test_a_refusal_never_says_why() -> None:
    said = set()
    for envelope in (b"", b"\x01" * 60, RING.seal(b"secret", b"other"), RING.seal(b"x", PURPOSE)[:-1]):
        with pytest.raises(Unopenable) as refused:
            RING.open(envelope, PURPOSE)
        assert refused.value.__cause__ is None
        said.add(str(refused.value))
    assert said == {""}


def test_sealing_twice_shows_no_likeness() -> None:
    assert RING.seal(b"secret", PURPOSE) != RING.seal(b"secret", PURPOSE)


def test_a_repeated_nonce_does_not_expose_the_plaintext() -> None:
    stuck = Keyring((NEW,), bytes)
    first, second = stuck.seal(b"secret A", PURPOSE), stuck.seal(b"secret B", PURPOSE)
    apart = bytes(a ^ b for a, b in zip(first[21:29], second[21:29], strict=True))
    assert apart != bytes(a ^ b for a, b in zip(b"secret A", b"secret B", strict=True))
    assert stuck.open(second, PURPOSE) == b"secret B"


def test_no_key_shows_in_a_representation() -> None:
    assert NEW.material.hex() not in repr(RING)
    assert repr(NEW.material) not in repr(RING)


@pytest.mark.parametrize("keys", [(), (OLD, OLD), (OLD, NEW, OLD)])
def test_a_keyring_holds_each_key_once_and_at_least_one(keys: tuple[Key, ...]) -> None:
    with pytest.raises(ValueError, match="keyring"):
        Keyring(keys, os.urandom)


@pytest.mark.parametrize(("key_id", "material"), [("00", bytes(32)), ("00" * 8, bytes(16)), ("x", bytes(32))])
def test_a_key_is_whole(key_id: str, material: bytes) -> None:
    with pytest.raises(ValueError, match=r"id|hex"):
        Key(key_id, material)


def test_a_wrapped_key_unwraps_under_its_root_key_and_id_alone() -> None:
    root = os.urandom(32)
    wrapped = wrap(NEW, root, os.urandom)
    assert NEW.material not in wrapped
    assert unwrap(NEW.id, wrapped, root) == NEW
    with pytest.raises(Unopenable):
        unwrap(NEW.id, wrapped, os.urandom(32))
    with pytest.raises(Unopenable):
        unwrap(OTHER.id, wrapped, root)
