"""Encoded authorization messages: equally long, and opened by nobody but their account's."""

import os

import pytest

from watchword.proofs.authorization_message import LENGTH, ROOM, open, seal  # noqa: A004 its name
from watchword.proofs.keyring import Keyring, Unopenable, new_key

RING = Keyring((new_key(os.urandom),), os.urandom)
OURS, THEIRS = "111111111111", "222222222222"
HARD = os.urandom(4 * ROOM)
"""Text that doesn't get shorter."""


@pytest.mark.parametrize("size", [0, 1, 100, ROOM - 50])
def test_what_is_sealed_opens_and_is_as_long_as_any(size: int) -> None:
    message = seal([HARD[:size]], OURS, RING)
    assert len(message) == LENGTH
    assert open(message, OURS, RING) == HARD[:size]


def test_the_first_that_fits_is_taken() -> None:
    message = seal([HARD, HARD[:ROOM], b"short", b"shorter"], OURS, RING)
    assert open(message, OURS, RING) == b"short"
    assert seal([HARD, HARD[:ROOM]], OURS, RING) == ""


def test_nobody_else_opens_it() -> None:
    message = seal([b"text"], OURS, RING)
    for account, ring in ((THEIRS, RING), ("", RING), (OURS, Keyring((new_key(os.urandom),), os.urandom))):
        with pytest.raises(Unopenable):
            open(message, account, ring)


@pytest.mark.parametrize("wrong", ["", "=", "AAAA", "A" * LENGTH, "é", "\n"])
def test_what_is_no_message(wrong: str) -> None:
    with pytest.raises(Unopenable):
        open(wrong, OURS, RING)


def test_every_character_counts() -> None:
    message = seal([b"text"], OURS, RING)
    for place in range(0, LENGTH, 7):
        other = "B" if message[place] == "A" else "A"
        with pytest.raises(Unopenable):
            open(f"{message[:place]}{other}{message[place + 1 :]}", OURS, RING)
