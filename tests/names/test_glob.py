"""Glob patterns: they agree with a regular expression, and no pattern makes a text slow."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchword.names.glob import Gapped, glob, glob_after, matcher

patterns = st.text(alphabet="ab:*?", max_size=12)
texts = st.text(alphabet="ab:\n", max_size=12)
HOSTILE = [
    "a*" * 1000 + "b",
    "*a" * 1000 + "b",
    "?*" * 1000 + "b",
    "*?a" * 700 + "b",
    "*" + "?" * 2000 + "b",
    "a" * 2000 + "*" + "a" * 2000 + "b",
    "*aa?aa?ab*",
    "*aaaaaaaa?aaaaaaaab*" * 50,
    "*" + "a?" * 1000 + "b*",
    "*a?" + "a" * 40 + "?b*",
]


def expression(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(each) or re.escape(each) for each in pattern)


@given(patterns, texts)
@example("a*a", "a")
@example("ab*ba", "aba")
@example("a?*?b", "ab")
def test_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    assert glob(pattern)(text) == (re.fullmatch(expression(pattern), text, re.DOTALL) is not None)


@given(st.lists(st.text(alphabet="ab?", max_size=60), max_size=3), st.text(alphabet="ab", max_size=400))
def test_long_parts_agree_too(parts: list[str], text: str) -> None:
    """Long enough that Shift-And takes over."""
    pattern = "*".join(["", *parts, ""])
    assert glob(pattern)(text) == (re.fullmatch(expression(pattern), text, re.DOTALL) is not None)


@given(st.text(alphabet="ab", max_size=8), st.text(alphabet="ab", max_size=3), st.integers(0, 400))
def test_shift_and_finds_what_comparing_finds(before: str, mark: str, many: int) -> None:
    part = Gapped.of([before, None, mark])
    text = "ab" * many + before + "x" + mark + "ab" * many
    found = part.find(text, 0, len(text))
    assert found == part._shift_and(text, 0, len(text))
    assert part.fits(text, found)


@given(st.lists(st.text(alphabet="ab*?", max_size=3), min_size=1, max_size=4), st.text(alphabet="ab*?"))
def test_parts_are_literal(parts: list[str], text: str) -> None:
    """Wildcards stand between the parts, not in them: a region set's `?` is a character."""
    wanted = ".*".join(re.escape(part) for part in parts)
    assert matcher(parts)(text) == (re.fullmatch(wanted, text, re.DOTALL) is not None)


@pytest.mark.parametrize("pattern", HOSTILE)
def test_the_work_is_linear(pattern: str) -> None:
    """Counted in instructions of the interpreter, which are the same on every machine."""
    match = glob(pattern)
    short, long = (instructions(match, "a" * many) for many in (2_000, 20_000))
    assert long <= 12 * short + 30 * 20_000
    assert not match("a" * 20_000)


def instructions(match: Callable[[str], bool], text: str) -> int:
    """How many instructions of Python code a match takes."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        match(text)
    finally:
        sys.settrace(before)
    return count


@given(patterns, texts, st.integers(0, 12))
def test_a_known_beginning_changes_nothing(pattern: str, text: str, length: int) -> None:
    head = text[:length]
    assert glob_after(head, pattern)(text) == glob(pattern)(text)
