"""Payload templates: JSON in which a member `name.$` takes its value from a path or an intrinsic function.

Source: Amazon States Language, "Payload Template".
"""

from collections.abc import Iterator

from watchword.machines import intrinsics, paths
from watchword.machines.data import Json
from watchword.machines.errors import Failure
from watchword.machines.intrinsics import BadCall, Invocation
from watchword.machines.paths import BadPath, NotThere, Path
from watchword.machines.scope import Scope

MARK = ".$"
Place = tuple[str | int, ...]


def fill(template: Json, scope: Scope, error: str) -> Json:
    """The template with its values. Raises Failure, by the name `error` where a path finds nothing."""
    if isinstance(template, dict):
        return {
            name.removesuffix(MARK): evaluate(value, scope, error)
            if name.endswith(MARK)
            else fill(value, scope, error)
            for name, value in template.items()
        }
    if isinstance(template, list):
        return [fill(each, scope, error) for each in template]
    return template


def evaluate(text: str, scope: Scope, error: str) -> Json:
    """What a path or a call of an intrinsic function gives. Raises Failure."""
    try:
        if text.startswith("$"):
            return paths.parse(text).read(scope)
        return intrinsics.parse(text).evaluate(scope)
    except NotThere as missing:
        raise Failure(error, f"The JSONPath '{missing}' could not be found in the input.") from None


def is_expression(text: Json) -> bool:
    """Whether it can be read as a path or as a call."""
    if not isinstance(text, str):
        return False
    try:
        paths.parse(text) if text.startswith("$") else intrinsics.parse(text)
    except (BadPath, BadCall):
        return False
    return True


def variables(text: str) -> Iterator[str]:
    """The variables that a path or a call refers to; none where it can't be read."""
    if not is_expression(text):
        return
    waiting: list[object] = [paths.parse(text) if text.startswith("$") else intrinsics.parse(text)]
    while waiting:
        match waiting.pop():
            case Path(root=root) if root not in ("$", "$$"):
                yield root[1:]
            case Invocation(arguments=arguments):
                waiting += arguments


def expressions(template: Json, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Each member that takes its value from an expression: where it stands, and the expression."""
    if isinstance(template, dict):
        for name, value in template.items():
            if name.endswith(MARK):
                yield (*place, name), value
            else:
                yield from expressions(value, (*place, name))
    elif isinstance(template, list):
        for index, each in enumerate(template):
            yield from expressions(each, (*place, index))
