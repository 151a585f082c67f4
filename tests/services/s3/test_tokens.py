"""Continuation tokens survive, and nothing else passes for one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names import AwsError
from watchword.services.s3.tokens import decode_token, encode_token


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_open_is_the_inverse_of_seal(position: str) -> None:
    assert decode_token(encode_token(position.encode())) == position.encode()


@pytest.mark.parametrize("token", ["", "a", "é", "!!!!", "AAAA", "MQ", "Mf__", "MQ==\n", "2" * 3000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(AwsError) as caught:
        decode_token(token)
    assert caught.value.code == "InvalidArgument"
    assert caught.value.fields["ArgumentName"] == "continuation-token"
