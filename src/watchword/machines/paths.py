"""Paths into a state's data.

* A *reference path* names one place: `$`, then names and indexes. It can be read and written.
* Any other path is a query of JSONPath and can only be read (`path_queries`). It gives the one value that it
  names, or a list of all that it finds.
* A path begins with `$` for the data, `$$` for the context object, `$name` for a variable.

Source: Amazon States Language, "Paths", "Reference Paths"; Step Functions Developer Guide, "Variables".
"""

import re
from functools import lru_cache

from msgspec import Struct

from watchword.machines.data import Json
from watchword.machines.errors import RESULT_PATH_MATCH_FAILURE, Failure
from watchword.machines.scope import Scope

LONGEST = 1024
_REMEMBERED = 4096
_ROOT = re.compile(r"\$\$|\$[^\W\d]\w*|\$")
_STEP = re.compile(
    r"""\.([^\s.\[\]()'"*?@,:$&|~^]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]"""
)
_ESCAPED = re.compile(r"\\(.)")

Step = str | int


class BadPath(ValueError):  # noqa: N818 what the definition has
    """The text of a path that can't be read."""


class NotThere(LookupError):  # noqa: N818 what is wrong with the data
    """What a path names isn't there."""


class Path(Struct, frozen=True):
    """A path, valid from birth."""

    text: str
    root: str
    steps: tuple[Step, ...] | None
    """Of a reference path."""

    @property
    def query(self) -> str:
        """The path as a query of what its root means."""
        return "$" + self.text[len(self.root) :]

    @property
    def is_reference(self) -> bool:
        return self.steps is not None

    def read(self, scope: Scope) -> Json:
        """What is there. Raises NotThere, and Failure for a query that costs too much."""
        value = _root(self.root, scope)
        if self.steps is None:
            from watchword.machines import path_queries  # noqa: PLC0415 most machines have none

            allowance = scope.allowance
            return allowance.spend(path_queries.find(self.query, value, allowance.look))
        for step in self.steps:
            value = _step(value, step, self.text)
        return scope.allowance.spend(value)


@lru_cache(_REMEMBERED)
def parse(text: str) -> Path:
    """Raises BadPath."""
    root = _ROOT.match(text)
    if root is None or len(text) > LONGEST:
        raise BadPath(text[:LONGEST])
    steps: list[Step] = []
    place = root.end()
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None:
            return _query(text, root[0])
        name, index, single, double = step.groups()
        steps.append(int(index) if index else name or _ESCAPED.sub(r"\1", single or double or ""))
        place = step.end()
    return Path(text, root[0], tuple(steps))


def reference(text: str) -> Path:
    """A reference path. Raises BadPath."""
    path = parse(text)
    if not path.is_reference:
        raise BadPath(text)
    return path


def put(path: Path, data: Json, value: Json) -> Json:
    """The data with the value at that place; what is in the way there is replaced. The data itself stays.

    Raises Failure where a step can't be taken: into an array that has no such index, or into what is no
    container.
    """
    return _put(data, path.steps or (), value, path.text)


def _query(text: str, root: str) -> Path:
    from watchword.machines import path_queries  # noqa: PLC0415 most machines have none

    path = Path(text, root, None)
    path_queries.check(path.query)
    return path


def _root(root: str, scope: Scope) -> Json:
    if root == "$":
        return scope.data
    if root == "$$":
        return scope.context()
    try:
        return scope.variables[root[1:]]
    except KeyError:
        raise NotThere(root) from None


def _step(value: Json, step: Step, text: str) -> Json:
    try:
        if isinstance(step, str) if isinstance(value, dict) else isinstance(value, list):
            return value[step]
    except (LookupError, TypeError):
        pass
    raise NotThere(text)


def _put(data: Json, steps: tuple[Step, ...], value: Json, text: str) -> Json:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str) and isinstance(data, dict):
        return {**data, step: _put(data.get(step, {}), rest, value, text)}
    if isinstance(step, int) and isinstance(data, list) and step < len(data):
        return [*data[:step], _put(data[step], rest, value, text), *data[step + 1 :]]
    raise Failure(
        RESULT_PATH_MATCH_FAILURE,
        f"Unable to apply step {step!r} of the path {text} to the state's input.",
    )
