"""Expressions of JSONata, `{% ... %}`: not served yet, so a state that is written in it is refused."""

from collections.abc import Iterator, Mapping

from watchword.machines.data import Json
from watchword.machines.diagnostics import Place

BEGIN, END = "{%", "%}"


def is_expression(value: Json) -> bool:
    """Whether a value is one."""
    return isinstance(value, str) and value.startswith(BEGIN) and value.endswith(END)


def problems(_state: Mapping[str, Json]) -> Iterator[tuple[Place, str]]:
    """What is wrong with the expressions of a state, and where."""
    yield (("QueryLanguage",), "JSONata isn't served here.")
