"""What an audit record shows of a text: all of it, or what is missing."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.policy.language.text import JsonError, read
from watchword.wire.audit_text import LONGEST_TEXT, cut, cut_all, whole_or_cut

BLANKS = " " * 5000
LONG = "a" * 5000


@pytest.mark.parametrize("text", ["", "a", "a" * LONGEST_TEXT, "{" + " " * 4000 + "}", "\x1b[2J", "\ud800"])
def test_what_is_short_enough_stays_as_it_is(text: str) -> None:
    assert whole_or_cut(text) == cut(text) == text


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        (f'{{{BLANKS}"a":1}}', '{"a":1}'),
        (f"{BLANKS}[1 , 2]\r\n\t", "[1,2]"),
        (f'{{"a" : 1, "a":{BLANKS}2}}', '{"a":1,"a":2}'),
        (f'{{"a": "{BLANKS}"}}', f'{{"a":"{BLANKS}"}}'),
        (f'{{"a{BLANKS}": [ true , null ]}}', f'{{"a{BLANKS}":[true,null]}}'),
        (f'{{"a\\" ": "\\\\" ,{BLANKS}"b" : "c d"}}', '{"a\\" ":"\\\\","b":"c d"}'),
        (f"[1e999,{BLANKS}1.50, -0 , 123456789012345678901234567890]",
         "[1e999,1.50,-0,123456789012345678901234567890]"),
        (f'["\u00a0 {BLANKS}\u2003"]', f'["\u00a0 {BLANKS}\u2003"]'),
        (f'{{"a":"{"x" * 131_072}"}}', f'{{"a":"{"x" * 131_072}"}}'),
    ],
)  # fmt: skip
def test_a_document_is_shown_whole_but_for_the_white_space_between_its_tokens(
    document: str, shown: str
) -> None:
    assert whole_or_cut(document) == shown


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        f'"{LONG}"',
        "1" * 5000,
        "[" * 5000,
        "[" * 100_000 + "]" * 100_000,
        f"{{{BLANKS}",
        f"{{{BLANKS}}} x",
        f"{{ not JSON {BLANKS}}}",
        f'{{"a": NaN {BLANKS}}}',
        f'{{"a" "b" {BLANKS}}}',
        f'["{LONG}]',
        f'\u00a0["{LONG}"]',
        f'["\ud800{LONG}"]',
        f'{{"policy":"{LONG}"}}... (cut: 4 characters, SHA-256 00)',
    ],
)
def test_anything_else_is_cut_and_says_so(text: str) -> None:
    shown = whole_or_cut(text)
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    assert shown == f"{text[:LONGEST_TEXT]}... (cut: {len(text)} characters, SHA-256 {digest})"


def test_every_text_of_a_value_is_cut() -> None:
    value = {LONG: [LONG, 1, None, (LONG, True)], "b": {"c": LONG}}
    short = cut(LONG, 10)
    assert cut_all(value, 10) == {short: [short, 1, None, [short, True]], "b": {"c": short}}


@pytest.mark.parametrize(
    "text", ['["' + "\\" * 1_000_001 + '"]', '{"' * 500_000, '["a",' * 200_000, " " * 1_000_000 + "{"]
)
def test_a_hostile_text_ends(text: str) -> None:
    assert len(whole_or_cut(text)) < 2 * LONGEST_TEXT


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=0xFF)), inner),
    max_leaves=20,
)


@given(JSON, st.integers(0, 3), st.sampled_from(["", " ", BLANKS, "\n\t"]))
def test_whatever_can_be_stored_as_a_policy_is_shown_whole(value: Any, indent: int, space: str) -> None:
    text = json.dumps([value], indent=indent or None, separators=(f",{space}", f"{space}:"))
    try:
        meant = read(text)
    except JsonError:
        return
    assert len(text) <= LONGEST_TEXT or read(whole_or_cut(text)) == meant
