"""The model's constraints on single values: length, range, pattern, enum.

A pattern is matched only against text within its maximum length, or `MAX_MATCHED` where the model has none
(longer text then violates the pattern). So the time for backtracking is bounded.

Source: Smithy 2.0, "Constraint traits".
What doesn't belong here: values in lists and maps, and how a violation is reported (validate).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from watchword.wire import pattern
from watchword.wire.shapes import Shape

MAX_MATCHED = 8_192
"""Characters."""
_NOT_MEANT = frozenset({"S3ResourceArn"})
"""Shapes whose pattern AWS doesn't keep to: it has no ARN of a bucket, which its operations are for."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One requirement of a single value."""

    rule: str
    requirement: str
    met: Callable[[Any], bool]


def constraints(shape: Shape) -> list[Constraint]:
    """The model's constraints on a value itself, not on its members or items."""
    traits, found = shape.traits, []
    measured = shape.type in {"string", "blob", "list", "map"}
    measure, noun = (len, "length") if measured else (_same, "value")
    rule = "length" if measured else "range"
    if "max" in traits:
        most = traits["max"]
        text = f"Member must have {noun} less than or equal to {most}"
        found.append(Constraint(rule, text, lambda value: measure(value) <= most))
    if "min" in traits:
        least = traits["min"]
        text = f"Member must have {noun} greater than or equal to {least}"
        found.append(Constraint(rule, text, lambda value: measure(value) >= least))
    if "pattern" in traits and shape.type == "string" and shape.name not in _NOT_MEANT:
        found.append(_pattern(traits["pattern"], traits.get("max")))
    if "enum" in traits:
        allowed = frozenset(traits["enum"])
        text = f"Member must satisfy enum value set: [{', '.join(traits['enum'])}]"
        found.append(Constraint("enum", text, allowed.__contains__))
    return found


def _same(value: Any) -> Any:  # noqa: ANN401 a number
    return value


def _pattern(java: str, most: int | None) -> Constraint:
    def met(value: str) -> bool:
        if len(value) > (most or MAX_MATCHED):
            return most is not None  # its length is a violation of its own then
        return pattern.compiled(java).fullmatch(value) is not None

    return Constraint("pattern", f"Member must satisfy regular expression pattern: {java}", met)
