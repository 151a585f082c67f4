"""Intrinsic functions: `States.Name(argument, ...)`, parsed once, evaluated for each state.

An argument is a string in single quotes, a number, true, false, null, a path, or another call, at most ten
deep. In a string a backslash escapes a quote, a backslash and braces; `States.Format` reads the braces.
What each function does stands in `intrinsic_functions`.
Source: Amazon States Language, "Intrinsic Functions", Appendix B; Step Functions Developer Guide,
"Intrinsics for JSONPath states".
"""

import math
import re
from functools import lru_cache
from typing import NoReturn

from msgspec import Struct

from watchword.machines import paths
from watchword.machines.data import Json
from watchword.machines.errors import INTRINSIC_FAILURE, Failure
from watchword.machines.intrinsic_functions import FUNCTIONS
from watchword.machines.paths import Path
from watchword.machines.scope import Scope

DEEPEST = 10
LONGEST = 10_000
_REMEMBERED = 1024
_NAME = re.compile(r"\s*(States\.[A-Za-z0-9]+)\s*\(")
_STRING = re.compile(r"\s*'((?:[^'\\]|\\.)*)'\s*", re.DOTALL)
_WORD = re.compile(r"\s*(true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?=[,)])")
_PATH_PIECE = re.compile(r"""[^\s,()\['"]+|\[(?:[^\]'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\]""")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}


class BadCall(ValueError):  # noqa: N818 what the definition has
    """The text of a call that can't be read."""


class Literal(Struct, frozen=True):
    """A value that stands in the call."""

    value: Json


class Invocation(Struct, frozen=True):
    """A call of a function."""

    name: str
    arguments: "tuple[Literal | Path | Invocation, ...]"

    def evaluate(self, scope: Scope) -> Json:
        """What the function gives. Raises Failure, and NotThere for a path."""
        given = [_value(argument, scope) for argument in self.arguments]
        function = FUNCTIONS[self.name]
        if not function.least <= len(given) <= function.most:
            raise Failure(INTRINSIC_FAILURE, f"Invalid number of arguments for {self.name}")
        try:
            return scope.allowance.spend(function.call(scope, *given))
        except (ValueError, TypeError, ArithmeticError) as wrong:
            raise Failure(INTRINSIC_FAILURE, f"Invalid arguments in {self.name}: {wrong}") from None


@lru_cache(_REMEMBERED)
def parse(text: str) -> Invocation:
    """Raises BadCall."""
    if len(text) > LONGEST:
        _refuse(text)
    call, end = _call(text, 0, 1)
    if text[end:].strip():
        _refuse(text)
    return call


def _value(argument: Literal | Path | Invocation, scope: Scope) -> Json:
    match argument:
        case Literal(value):
            return value
        case Path():
            return argument.read(scope)
        case Invocation():
            return argument.evaluate(scope)


def _call(text: str, place: int, depth: int) -> tuple[Invocation, int]:
    name = _NAME.match(text, place)
    if name is None or name[1] not in FUNCTIONS or depth > DEEPEST:
        _refuse(text)
    arguments, place = _arguments(text, name.end(), depth)
    return Invocation(name[1], arguments), place


def _arguments(text: str, place: int, depth: int) -> tuple[tuple[Literal | Path | Invocation, ...], int]:
    place = _past_blanks(text, place)
    if text[place : place + 1] == ")":
        return (), place + 1
    found = []
    while True:
        argument, place = _argument(text, place, depth)
        found.append(argument)
        place = _past_blanks(text, place)
        if text[place : place + 1] == ")":
            return tuple(found), place + 1
        if text[place : place + 1] != ",":
            _refuse(text)
        place += 1


def _argument(text: str, place: int, depth: int) -> tuple[Literal | Path | Invocation, int]:
    if string := _STRING.match(text, place):
        return Literal(string[1]), string.end()
    if word := _WORD.match(text, place):
        return Literal(_word(word[1])), word.end()
    place = _past_blanks(text, place)
    return _path(text, place) if text.startswith("$", place) else _call(text, place, depth + 1)


def _path(text: str, place: int) -> tuple[Path, int]:
    end = place
    while piece := _PATH_PIECE.match(text, end):
        end = piece.end()
    try:
        return paths.parse(text[place:end]), end
    except paths.BadPath:
        _refuse(text)


def _word(text: str) -> Json:
    if text in _WORDS:
        return _WORDS[text]
    try:
        number = float(text) if any(mark in text for mark in ".eE") else int(text)
    except ValueError:  # it has thousands of digits
        _refuse(text)
    return _refuse(text) if number in (math.inf, -math.inf) else number


def _past_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _refuse(text: str) -> NoReturn:
    raise BadCall(text[:LONGEST])
