"""How much work a decision takes at most, known before it is made: in steps of two nanoseconds or so.

A request chooses its texts (a User-Agent, the key of an object), and the owner of a resource chooses the
patterns that they are compared with. One comparison is linear in the text, but a policy can hold hundreds.
So a server gives a decision a budget, and `engine` refuses what could take more.

A test of a pattern takes CALL steps, and for each character of the text one step where `str.find` reads it,
or SLOW where a loop in Python does. To explain a decision takes about as much again.
"""

from typing import Final

from msgspec import Struct

from watchword.names.glob import SLOW
from watchword.policy.evaluation.conditions import operator
from watchword.policy.language.grammar import Condition
from watchword.policy.language.match import is_confined
from watchword.policy.language.shared import shared
from watchword.policy.language.variables import Value

CALL: Final = 256
BUDGET: Final = 1 << 23
"""Some 20 milliseconds: far more than ordinary requests take, whatever the policies that IAM may store."""
BUDGET_OF_A_CALL: Final = 1 << 30
"""About two seconds, for all decisions of a call: it divides them."""
LONGEST: Final = 1 << 17
"""A request has fewer characters: statements that can't exceed a budget with so many are not looked at."""
_VARIABLE = 8
"""Tests, and steps for each character, that it takes to put a variable's text into a pattern."""
_CHARACTERS_A_WORD = 32
"""Characters of a pattern by which the integers of an automaton grow a word."""


class Cost(Struct, frozen=True):
    """Of testing one text."""

    tests: int
    characters: int
    """Steps for each character of the text."""
    open: bool = False
    """Whether there are variables: then any text of the request may have to be read."""

    @property
    def weight(self) -> int:
        """At most this many times the length of the request, plus CALL."""
        return self.tests + self.characters

    def of(self, value: Value | None, size: int) -> int:
        """Steps for a value of a request; all texts of the request together have `size` characters."""
        texts = () if value is None else (value,) if isinstance(value, str) else value
        return sum(self.tests * CALL + self.characters * (size if self.open else len(each)) for each in texts)


@shared
def of_condition(condition: Condition) -> Cost:
    """Of a condition's values."""
    found = operator(condition.operator)
    wild = found is not None and (found.comparison.kind == "ARN" or "Like" in found.name)
    characters = 1 + sum(map(_of_each_character, condition.values)) if wild else 1
    return _cost(condition.values, characters)


def of_resources(patterns: tuple[str, ...]) -> Cost:
    """Of a statement's resource patterns."""
    confined = [SLOW + len(each) // _CHARACTERS_A_WORD for each in patterns if is_confined(each)]
    return _cost(patterns, sum(map(_of_each_character, patterns)) + sum(confined))


def _cost(patterns: tuple[str, ...], characters: int) -> Cost:
    variables = sum(each.count("${") for each in patterns)
    return Cost(len(patterns) + _VARIABLE * variables, characters + _VARIABLE * variables, variables > 0)


def _of_each_character(pattern: str) -> int:
    """Of the parts between two stars. The first and the last part are compared in one place only."""
    parts = pattern.split("*")[1:-1]
    gapped = sum("?" in part for part in parts)
    return bool(parts) + gapped * (SLOW + len(pattern) // _CHARACTERS_A_WORD)
