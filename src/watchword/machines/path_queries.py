"""Queries of JSONPath that may find many values, by the library `jsonpath` (RFC 9535).

Queries have a budget (`data.Allowance`), so that no definition and no input can hold a thread: they pay for
each value that they look at or compare, and fail when nothing is left. The library can't count, so the data
do: they are handed over in lists and dictionaries that count each look. Functions that match regular
expressions aren't there, since theirs can take exponential time.

The library is imported when the first such path is met.
Source: RFC 9535; Amazon States Language, "Paths".
"""

from collections.abc import Callable, ItemsView, Iterator
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError

from watchword.machines.data import Allowance, Json
from watchword.machines.errors import RUNTIME, Failure
from watchword.machines.paths import BadPath, NotThere

MOST_COMMAS = 20
"""In a query: each is one more look at every value."""
_WITHOUT = ("match", "search")

Spend = Callable[[int], None]


class _List(list[Json]):
    """A list that counts each look at it."""

    __slots__ = ("spend",)
    spend: Spend

    def __iter__(self) -> Iterator[Json]:
        self.spend(1 + len(self))
        return super().__iter__()

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 an item or a slice
        self.spend(1 + (len(self) if isinstance(index, slice) else 0))
        return super().__getitem__(index)


class _Dict(dict[str, Json]):
    """A dictionary that counts each look at it."""

    __slots__ = ("spend",)
    spend: Spend

    def __iter__(self) -> Iterator[str]:
        self.spend(1 + len(self))
        return super().__iter__()

    def __getitem__(self, name: str) -> Json:
        self.spend(1)
        return super().__getitem__(name)

    def items(self) -> ItemsView[str, Json]:  # type: ignore[override]  # dict's own view is no class to name
        self.spend(1 + len(self))
        return super().items()


class _Environment(JSONPathEnvironment):
    """Compiles one query, and compares what it compares."""

    def __init__(self, spend: Spend) -> None:
        super().__init__(strict=True)
        self.spend = spend

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in _WITHOUT:
            self.function_extensions.pop(name, None)

    def compare(self, left: object, operator: str, right: object) -> bool:
        self.spend(1 + _values(left) + _values(right))
        return bool(super().compare(left, operator, right))


def check(query: str) -> None:
    """Raises BadPath for a query that can't be read."""
    if query.count(",") > MOST_COMMAS:
        raise BadPath(query)
    try:
        _Environment(Allowance().look).compile(query)
    except (JSONPathError, RecursionError, ValueError):
        raise BadPath(query) from None


def find(query: str, value: Json, spend: Spend) -> Json:
    """What a query finds: one value where it names one, else a list. Raises NotThere and Failure."""
    if not isinstance(value, dict | list):
        raise NotThere(query)
    compiled: Any = _Environment(spend).compile(query)
    try:
        found = [_plain(each) for each in compiled.findall(_counted(value, spend))]
    except (JSONPathError, RecursionError, TypeError) as failed:
        raise Failure(RUNTIME, f"The JSONPath {query} can't be evaluated: {failed}") from None
    if not compiled.singular_query():
        return found
    if not found:
        raise NotThere(query)
    return found[0]


def _counted(value: Json, spend: Spend) -> Json:
    counts: _List | _Dict
    if isinstance(value, dict):
        counts = _Dict((name, _counted(each, spend)) for name, each in value.items())
    elif isinstance(value, list):
        counts = _List(_counted(each, spend) for each in value)
    else:
        return value
    counts.spend = spend
    return counts


def _plain(value: Json) -> Json:
    """The same in ordinary lists and dictionaries; copying is paid for too."""
    if isinstance(value, _Dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, _List):
        return [_plain(each) for each in value]
    return value


def _values(found: object) -> int:
    """How many values are compared; those of a list of nodes, for such a list."""
    if isinstance(found, list) and found and isinstance(found[0], JSONPathMatch):
        return sum(_values(each.obj) for each in found)
    if isinstance(found, _Dict):
        return len(found) + sum(map(_values, found.values()))
    if isinstance(found, _List):
        return len(found) + sum(map(_values, list.__iter__(found)))
    return len(found) >> 3 if isinstance(found, str) else 0
