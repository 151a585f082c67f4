"""Matching: agrees with a regular expression, and no text makes it slow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.policy.language.match import glob, matcher, resource_tokens
from watchword.policy.language.variables import resolve, tokens


def expression(pattern: str, any_: str = ".*", one: str = ".") -> str:
    return "".join({"*": any_, "?": one}.get(each) or re.escape(each) for each in pattern)


@given(
    st.lists(st.text(alphabet="ab*?", max_size=4), min_size=6, max_size=7),
    st.text(alphabet="ab:", max_size=20),
)
def test_a_resource_agrees_with_a_regular_expression(segments: list[str], text: str) -> None:
    """Before the fifth colon `?` and a `*` inside a segment stay in it; a `*` at its end may leave it."""
    parts = []
    for segment in segments[:5]:
        last = segment.endswith("*")
        parts.append(expression(segment[:-1] if last else segment, "[^:]*", "[^:]") + (".*" if last else ""))
    wanted = ":".join([*parts, expression(":".join(segments[5:]))])
    found = matcher(resource_tokens(":".join(segments), variables=False))(text)
    assert found == (re.fullmatch(wanted, text, re.DOTALL) is not None)


@given(st.text(alphabet="ab*?${}, ':", max_size=30))
def test_any_text_is_a_pattern(text: str) -> None:
    found = resolve(tokens(text, variables=True), {"a": "*"})
    if found is not None:
        matcher(found)("ab")


@given(st.text(max_size=20))
def test_a_text_without_wildcards_matches_itself_only(text: str) -> None:
    plain = text.replace("*", "").replace("?", "")
    assert glob(plain)(plain)
    assert not glob(plain)(plain + "x")


@given(st.text(max_size=20))
def test_what_a_variable_stands_for_is_literal(value: str) -> None:
    found = resolve(tokens("x${k}*", variables=True), {"k": value})
    assert found is not None
    assert matcher(found)(f"x{value}and more")
    assert matcher(found)("x*") == (value in {"*", ""})


@pytest.mark.parametrize(
    "pattern",
    [
        "a*" * 1000 + "b",
        "*a" * 1000 + "b",
        "?*" * 1000 + "b",
        "*?a" * 700 + "b",
        "*" + "?" * 2000 + "b",
        "a" * 2000 + "*" + "a" * 2000 + "b",
        "*aaaaaaaa?aaaaaaaab*" * 50,
    ],
)
def test_a_hostile_pattern_ends(pattern: str) -> None:
    """N45: a stored `a*a*a*...` must not hang a server; with backtracking these never end."""
    assert not glob(pattern)("a" * 5000)
    assert not matcher(resource_tokens(f"arn:aws:s*s:{pattern}:1:x", variables=True))(
        "arn:aws:sqs:" + "a" * 5000
    )
