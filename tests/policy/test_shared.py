"""Equal parts of policies are compiled once if they are short: long ones could fill a server's memory."""

import pytest

from watchword.policy.language.grammar import Condition, Patterns, Principals
from watchword.policy.language.shared import length, shared

Part = str | Patterns | Principals | Condition


def parts(text: str) -> list[Part]:
    return [
        text,
        Patterns((text,)),
        Principals((("AWS", (text,)),)),
        Condition("StringEquals", "k", (text,)),
        Condition("StringEquals", text, ()),
        Condition(text, "k", ()),
    ]


@pytest.mark.parametrize(("text", "times"), [("a", 1), ("a" * 100_000, 3)])
def test_only_short_parts_are_shared(text: str, times: int) -> None:
    for part in parts(text):
        built = []
        build = shared(built.append)
        for _ in range(3):
            build(part)
        assert built == [part] * times


def test_the_length_of_a_part_is_that_of_its_texts() -> None:
    assert [length(each) for each in parts("abc")] == [3, 3, 3, 16, 15, 4]
