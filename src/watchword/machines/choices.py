"""The tests of choice rules: a table of comparisons, and And, Or, Not.

A comparison is of one type: a value of another type doesn't match. `Variable` must be there, but for
IsPresent. A comparison whose name ends in Path compares with what that path finds.
Source: Amazon States Language, "Choice State".
"""

import re
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Any

from msgspec import Struct

from watchword.machines import paths, timestamps
from watchword.machines.data import Json
from watchword.machines.errors import RUNTIME, Failure
from watchword.machines.paths import NotThere, Path
from watchword.machines.scope import Scope
from watchword.names.glob import matcher

Compare = Callable[[Any, Any], bool]
Expected = Callable[[Json], Any]

DEEPEST = 20
"""Levels of And, Or and Not."""
PATH = "Path"
COMBINATIONS = ("And", "Or", "Not")
_PIECE = re.compile(r"\\([*\\])|(\*)|([^*\\]+|\\)")


def _number(value: Json) -> Any:  # noqa: ANN401 int or float
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _boolean(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


_ORDER = {"Equals": eq, "LessThan": lt, "GreaterThan": gt, "LessThanEquals": le, "GreaterThanEquals": ge}
_TYPES: dict[str, Expected] = {"String": _text, "Numeric": _number, "Timestamp": timestamps.parse}

COMPARISONS: Mapping[str, tuple[Expected, Compare]] = {
    "BooleanEquals": (_boolean, eq),
    **{f"{kind}{name}": (typed, order) for kind, typed in _TYPES.items() for name, order in _ORDER.items()},
}
"""Name -> what reads a value of its type (None: it isn't of that type), and the comparison. Each has another
one whose name ends in Path."""
IS_OF: Mapping[str, Callable[[Json], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: timestamps.parse(value) is not None,
}
"""Tests of a type: the value says whether it must be of it."""
MATCHES, PRESENT = "StringMatches", "IsPresent"


class Comparison(Struct, frozen=True):
    """One comparison of a variable."""

    variable: Path
    name: str
    expected: Json
    """A value, or the text of a path."""

    def holds(self, scope: Scope) -> bool:
        """Raises Failure when the variable isn't there."""
        if self.name == PRESENT:
            return self._present(scope) is self.expected
        value = _read(self.variable, scope)
        if self.name in IS_OF:
            return IS_OF[self.name](value) is self.expected
        if self.name == MATCHES:
            return isinstance(value, str) and matcher(parts(self.expected))(value)
        name, expected = self.name, self.expected
        if name not in COMPARISONS:
            name, expected = name.removesuffix(PATH), _read(paths.parse(expected), scope)
        typed, compare = COMPARISONS[name]
        left, right = typed(value), typed(expected)
        return left is not None and right is not None and compare(left, right)

    def _present(self, scope: Scope) -> bool:
        try:
            self.variable.read(scope)
        except NotThere:
            return False
        return True


class Combination(Struct, frozen=True):
    """And, Or, Not of other tests."""

    name: str
    tests: "tuple[Comparison | Combination, ...]"

    def holds(self, scope: Scope) -> bool:
        if self.name == "Not":
            return not self.tests[0].holds(scope)
        return (all if self.name == "And" else any)(test.holds(scope) for test in self.tests)


Test = Comparison | Combination


def build(rule: Mapping[str, Json]) -> Test:
    """The test of a rule that has been checked."""
    for name in COMBINATIONS:
        if name in rule:
            inner = rule[name] if isinstance(rule[name], list) else [rule[name]]
            return Combination(name, tuple(build(each) for each in inner))
    name = next(name for name in rule if is_comparison(name))
    return Comparison(paths.parse(rule["Variable"]), name, rule[name])


def is_comparison(name: str) -> bool:
    return name in COMPARISONS or name.removesuffix(PATH) in COMPARISONS or is_of_value(name)


def is_of_value(name: str) -> bool:
    """Whether it has no variant that ends in Path."""
    return name in IS_OF or name in (MATCHES, PRESENT)


def expects(name: str, value: Json) -> bool:
    """Whether a comparison of that name can have that value beside it."""
    if name in IS_OF or name == PRESENT:
        return isinstance(value, bool)
    if name == MATCHES:
        return isinstance(value, str)
    if name in COMPARISONS:
        return COMPARISONS[name][0](value) is not None
    return isinstance(value, str) and value.startswith("$")


def parts(pattern: str) -> list[str]:
    r"""A pattern of StringMatches, cut at its stars; `\*` is a star that is meant."""
    found = [""]
    for escaped, star, plain in _PIECE.findall(pattern):
        if star:
            found.append("")
        else:
            found[-1] += escaped or plain
    return found


def _read(path: Path, scope: Scope) -> Json:
    try:
        return path.read(scope)
    except NotThere:
        said = f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
        raise Failure(RUNTIME, said) from None
