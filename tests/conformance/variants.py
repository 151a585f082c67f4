"""The ways in which an operation is called: what the model allows at most and at least, and what it forbids.

Each variant is an input and what it tries. Values that the operation's row gives (tests/services) stand where
the model alone can't say what is there, such as names.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from botocore.model import OperationModel, Shape
from tests.conformance import values

OURS, OTHER = "123456789012", "222222222222"
"""The account that is asked, and another one of the installation."""


@dataclass(frozen=True)
class Variant:
    """An input that is sent."""

    what: str
    member: str
    given: Mapping[str, Any]


Path = tuple[str | int, ...]


def of(model: OperationModel, given: Mapping[str, Any]) -> Iterator[Variant]:
    """All of an operation; `given` is an input that works."""
    yield Variant("minimal", "", given)
    yield Variant("powerless", "", given)
    yield Variant("other account", "", given)
    yield Variant("unknown member", "", {**given, "NoSuchMember": "x"})
    for name, value in given.items():
        if isinstance(value, str) and value.startswith(f"arn:aws:iam::{OURS}:"):
            yield Variant("foreign ARN", name, {**given, name: value.replace(OURS, OTHER)})
    shape = model.input_shape
    if shape is None:
        return
    whole = {**values.whole(shape), **given}
    yield Variant("full", "", whole)
    for name in shape.members:
        if name not in given:
            yield Variant("one more", name, {**given, name: whole[name]})
    for path, part in _parts(shape, whole):
        yield from _allowed(path, part, given, whole)
    yield from _forbidden(shape, given, whole)


def _allowed(
    path: Path, part: Shape, given: Mapping[str, Any], whole: Mapping[str, Any]
) -> Iterator[Variant]:
    for bound, value in values.at_bounds(part):
        yield Variant(f"at {bound}", dotted(path), _with(given, whole, path, value))
    for value in values.odd(part):
        yield Variant("odd", dotted(path), _with(given, whole, path, value))
    if part.type_name in ("integer", "long"):
        for value in ("abc", "", "1e3", "0x10", "9" * 5000, "\uff11"):
            yield Variant("malformed", dotted(path), _with(given, whole, path, value))


def _forbidden(shape: Shape, given: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Variant]:
    firsts: list[tuple[Path, Any]] = []
    for path, part in _parts(shape, whole):
        if part.type_name == "structure":
            for name in part.required_members:
                changed = _with(given, whole, path, None) if path else copy.deepcopy(dict(given))
                _at(changed, path).pop(name, None)
                yield Variant("required", dotted((*path, name)), changed)
        for number, (what, value) in enumerate(values.broken(part)):
            yield Variant(what, dotted(path), _with(given, whole, path, value))
            if not number:
                firsts.append((path, value))
    for (one, value), (two, other) in pairwise(firsts):
        both = _with(_with(given, whole, one, value), whole, two, other)
        yield Variant("two at once", f"{dotted(one)}, {dotted(two)}", both)


def _parts(shape: Shape, whole: Any, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Every shape that stands in a whole value, and where."""
    yield path, shape
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if isinstance(whole, Mapping) and name in whole:
                yield from _parts(member, whole[name], (*path, name))
    if shape.type_name == "list" and whole:
        yield from _parts(shape.member, whole[0], (*path, 0))


def _with(given: Mapping[str, Any], whole: Mapping[str, Any], path: Path, value: Any) -> Any:
    """The input with another value at one place; None keeps what is there. What isn't there is filled in."""
    changed: Any = copy.deepcopy(dict(given))
    part, model = changed, whole
    for step in path[: None if value is None else -1]:
        if isinstance(part, dict) and step not in part:
            part[step] = copy.deepcopy(model[step])
        part, model = part[step], model[step]
    if value is not None:
        part[path[-1]] = value
    return changed


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def dotted(path: Path) -> str:
    return ".".join(map(str, path))
