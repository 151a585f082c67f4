"""Queries of JSONPath that may find many values, by the library `jsonpath` (RFC 9535).

A query has a budget: it pays for each value that it looks at, and for each that it compares. What costs more
fails, so that no definition and no input can hold a thread. Functions that match regular expressions aren't
there, since theirs can take exponential time.

The library is imported when the first such path is met.
Source: RFC 9535; Amazon States Language, "Paths".
"""

from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError

from watchword.machines.data import Json, size
from watchword.machines.errors import RUNTIME, Failure
from watchword.machines.paths import BadPath, NotThere

BUDGET = 200_000
"""Values: some 0.4 s."""
_WITHOUT = ("match", "search")


class _Environment(JSONPathEnvironment):
    """Compiles and evaluates one query."""

    def __init__(self) -> None:
        super().__init__(strict=True)
        left = BUDGET

        def spend(cost: int) -> None:
            nonlocal left
            left -= cost
            if left < 0:
                raise Failure(RUNTIME, "The JSONPath query looks at more values than it may.")

        class Node(JSONPathMatch):
            """A value that the query looks at."""

            __slots__ = ()

            def __init__(self, **given: Any) -> None:  # noqa: ANN401 the library's own
                value = given["obj"]
                spend(1 + len(value) if isinstance(value, dict | list) else 1)
                super().__init__(**given)

        self.match_class = Node
        self.spend = spend

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in _WITHOUT:
            self.function_extensions.pop(name, None)

    def compare(self, left: object, operator: str, right: object) -> bool:
        self.spend(1 + _weight(left) + _weight(right))
        return bool(super().compare(left, operator, right))


def _weight(value: object) -> int:
    """What comparing a value costs; a list of nodes is compared by its values."""
    values = [each.obj for each in value] if isinstance(value, list) and _are_nodes(value) else [value]
    return sum(size(each) for each in values if isinstance(each, dict | list | str)) >> 3


def _are_nodes(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], JSONPathMatch)


def check(query: str) -> None:
    """Raises BadPath for a query that can't be read."""
    try:
        _Environment().compile(query)
    except (JSONPathError, RecursionError, ValueError):
        raise BadPath(query) from None


def find(query: str, value: Json) -> Json:
    """What a query finds: one value where it names one, else a list. Raises NotThere and Failure."""
    compiled: Any = _Environment().compile(query)
    root = value if isinstance(value, dict | list) else [value]
    if root is not value and query != "$":
        raise NotThere(query)
    try:
        found = compiled.findall(root)
    except (JSONPathError, RecursionError, TypeError) as failed:
        raise Failure(RUNTIME, f"The JSONPath {query} can't be evaluated: {failed}") from None
    if not compiled.singular_query():
        return found
    if not found:
        raise NotThere(query)
    return found[0]
