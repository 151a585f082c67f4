"""Percent escapes: decoded as the standard library does, but without a step of Python for each."""

import sys
from types import FrameType
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.names.percent import unescape

PIECES = [
    b"%41",
    b"%0a",
    b"%3D",
    b"%",
    b"%4",
    b"%zz",
    b"%25",
    b"=",
    b"=41",
    b"=\n",
    b"\r\n",
    b" \n",
    b"_",
    b"\xff",
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=12).map(b"".join))
def test_it_decodes_as_the_standard_library_does(text: bytes) -> None:
    assert unescape(text) == unquote_to_bytes(text)


@pytest.mark.parametrize("piece", [b"%41", b"a%41", b"%", b"%=", b"=%0a"])
def test_no_step_of_python_for_each_escape(piece: bytes) -> None:
    text, steps = piece * 10_000, 0

    def count(_frame: FrameType, _event: str, _argument: object) -> Any:
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        unescape(text)
    finally:
        sys.settrace(before)
    assert steps < 20
