"""The same as the standard library's HMAC."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from watchword.names.keyed_hash import mac, start


@given(st.binary(max_size=64), st.lists(st.binary(max_size=200), max_size=4))
def test_it_is_the_hmac_of_all_parts_however_they_are_cut(key: bytes, parts: list[bytes]) -> None:
    begun, right = start(key), hmac.digest(key, b"".join(parts), "sha256")
    assert mac(begun, *parts) == right
    assert mac(begun, b"".join(parts)) == right  # what an HMAC starts from is used again
