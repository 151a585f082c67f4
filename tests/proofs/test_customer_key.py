"""A customer's key: recognised by a check that tells nothing else, and needed for all that it hid."""

import os

import pytest

from watchword.proofs.customer_key import CustomerKey
from watchword.proofs.keyring import Unopenable
from watchword.proofs.sealed_bytes import HEAD, Span, of_server, sealed_size

KEY, OTHER = CustomerKey(b"k" * 32), CustomerKey(b"o" * 32)


def test_a_check_fits_its_key_alone() -> None:
    check = KEY.check(os.urandom)
    assert KEY.fits(check)
    assert not OTHER.fits(check)


def test_checks_of_one_key_dont_look_alike() -> None:
    assert KEY.check(os.urandom) != KEY.check(os.urandom)


def test_the_same_salt_gives_the_same_check() -> None:
    """What is in the databases of today is found by the code of tomorrow."""
    assert KEY.check(bytes) == "AAAAAAAAAAAAAAAAAAAAAPpcqriLEfWA4w3HH6WZttWeXMKKwIB4hj6txsPUWuDM"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CustomerKey(bytes(size))


def test_it_doesnt_show_itself() -> None:
    assert "k" * 8 not in repr(KEY)


def test_a_text_is_revealed_for_its_purpose_only() -> None:
    hidden = KEY.hide("sum", "CRC32", os.urandom)
    assert KEY.reveal(hidden, "CRC32") == "sum"
    assert "-" not in hidden, "what stands behind a hyphen is the number of parts"
    for key, text, purpose in (
        (OTHER, hidden, "CRC32"),
        (KEY, hidden, "SHA1"),
        (KEY, hidden[:-4], "CRC32"),
        (KEY, "é", "CRC32"),
        (KEY, "", "CRC32"),
    ):
        with pytest.raises(Unopenable):
            key.reveal(text, purpose)


def test_bytes_open_with_their_key_only() -> None:
    stream = b"".join(KEY.seal((b"plain",), os.urandom))
    assert len(stream) == sealed_size(5)
    whole = Span(0, 5, 5)
    assert b"".join(KEY.open(stream[:HEAD]).pieces((stream[HEAD:],), whole)) == b"plain"
    for other in (OTHER, of_server(KEY.material)):
        with pytest.raises(Unopenable):
            other.open(stream[:HEAD])
