"""Base64 for URLs: what is written is read, and nothing else is."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.proofs import base64url


@given(st.binary(max_size=200))
def test_what_is_written_is_read(data: bytes) -> None:
    text = base64url.encode(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=")
    assert base64url.decode(text) == data


@given(st.text("Ag8_-+/= \nQw*", max_size=9) | st.text(max_size=9))
def test_only_what_is_written_is_read(text: str) -> None:
    given = text.encode()
    try:
        data = base64url.decode(given)
    except ValueError:
        return
    assert base64url.encode(data) == given


@pytest.mark.parametrize("text", ["A", "AB", "AAB", "AAAAA", "AA==", "A+A", "A/A", "AA A", "AA\n", "ÄA"])
def test_what_no_encoder_writes_is_refused(text: str) -> None:
    with pytest.raises(binascii.Error):
        base64url.decode(text.encode())
