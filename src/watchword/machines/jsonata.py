"""Expressions of JSONata, `{% ... %}`: where they stand in a value, and what is asked of who evaluates them.

Nothing is evaluated here. An expression can be made to take long or to fill the memory, so that is done by
another process (`expressions`), which the interpreter knows as a function: `Evaluate`.

All expressions that see the same data are evaluated at once. The first that fails counts.
Source: Amazon States Language, "JSONata Concepts"; Step Functions Developer Guide, "Transforming data with
JSONata in Step Functions".
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from watchword.machines.data import Json
from watchword.machines.diagnostics import Place

BEGIN, END = "{%", "%}"
STATES = "states"
"""The variable that the language reserves: input, result, errorOutput, context."""
UNDEFINED = "returned nothing (undefined)."
TIMEOUT = "Expression evaluation timeout"
MEMORY = "Expression evaluation memory limit exceeded"
DEPTH = "Stack overflow error"
MOST_SECONDS = 1.0
"""Of the processor, for all expressions of a state together each time that it is entered or left."""
_VARIABLE = re.compile(r"\$(\w+)")


class Asked(Struct, array_like=True):
    """Expressions to evaluate, and what they see. The same `seed` gives the same random numbers."""

    texts: Sequence[str]
    bindings: Mapping[str, str]
    """Variables, as JSON texts."""
    now: int
    """Milliseconds since 1970."""
    seed: bytes
    seconds: float
    until_true: bool = False
    """Whether those after the first that is true aren't needed."""


class Found(Struct, array_like=True):
    """What an expression gives, as JSON text, or what is wrong with it."""

    text: str = "null"
    problem: str = ""


class Evaluated(Struct, array_like=True):
    """What came of it: up to the first problem, and the seconds that it took."""

    found: list[Found]
    seconds: float = 0.0


class Compiled(Struct, array_like=True):
    """An expression that was read: what is wrong, or what it refers to."""

    problem: str = ""
    variables: frozenset[str] = frozenset()
    """Names that it doesn't bind itself."""
    states: frozenset[str] | None = frozenset()
    """Members of $states; None: all of it."""
    reads_input: bool = False
    """Whether it refers to members of an input document."""


Evaluate = Callable[[Asked], Evaluated]
Compile = Callable[[Sequence[str]], Sequence[Compiled]]


def not_here(_: object) -> Evaluated:
    """In place of Evaluate where no expression is met."""
    raise RuntimeError("nothing evaluates expressions here")


def is_expression(value: Json) -> bool:
    """Whether a value is one."""
    if not isinstance(value, str) or len(value) < len(BEGIN + END):
        return False
    return value.startswith(BEGIN) and value.endswith(END)


def is_half_open(value: Json) -> bool:
    """Whether a value begins or ends like an expression, but not both."""
    if not isinstance(value, str) or is_expression(value):
        return False
    text = value.strip()
    return text.startswith(BEGIN) or text.endswith(END)


def text_of(expression: str) -> str:
    """What stands between the marks."""
    return expression[len(BEGIN) : -len(END)].strip()


def strings(value: Json, place: Place) -> Iterator[tuple[Place, str]]:
    """Each string in a value, and its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from strings(each, (*place, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from strings(each, (*place, index))


def expressions(value: Json, place: Place) -> Iterator[tuple[Place, str]]:
    """Each expression in a value: its place and its text."""
    for where, text in strings(value, place):
        if is_expression(text):
            yield where, text_of(text)


def filled(value: Json, found: Iterator[Json]) -> Json:
    """The value with what its expressions gave, in the order of `expressions`."""
    if is_expression(value):
        return next(found)
    if isinstance(value, dict):
        return {name: filled(each, found) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, found) for each in value]
    return value


def mentioned(texts: Sequence[str]) -> set[str]:
    """Names of variables that expressions may refer to: more than do, but none less."""
    return {name for text in texts for name in _VARIABLE.findall(text)}
