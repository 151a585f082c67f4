"""What isn't printable is shown, and nothing else is touched."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.names.printable import printable

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NEVER = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *map(ord, BIDI),
    0xFEFF,
    0x2028,
    0x2029,
    0x200B,
    0xAD,
    0xD800,
    0xE0041,
]


@pytest.mark.parametrize("text", ["", "a b", "{}\"'\\", "Grüße, 世界 🗝", "arn:aws:s3:::b/k*?"])
def test_what_is_printable_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Ja", "\\u001b[2Ja"),
        ("a\nb\r\tc\0", "a\\u000ab\\u000d\\u0009c\\u0000"),
        ("\x7f\x9b31m", "\\u007f\\u009b31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ufeff\u2028", "\\ufeff\\u2028"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_no_control_of_a_terminal_or_of_writing_passes() -> None:
    assert all(printable(chr(code)).startswith("\\u") for code in NEVER)
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            assert printable(chr(code)).isascii()


@given(st.text(st.characters(codec="utf-16-be")))
def test_it_is_printable_and_a_text_of_json_stays_what_it_was(text: str) -> None:
    assert printable(text).isprintable()
    line = json.dumps(text, ensure_ascii=False)
    assert json.loads(printable(line)) == text
