"""Where a state can lead: the targets of its transitions, and where in the state they stand."""

from collections.abc import Iterator, Mapping

from watchword.machines.data import Json
from watchword.machines.diagnostics import Place


def targets(state: Mapping[str, Json]) -> Iterator[tuple[Place, str]]:
    """Of a state whose fields have been checked."""
    for field in ("Next", "Default"):
        if field in state:
            yield (field,), state[field]
    for field in ("Choices", "Catch"):
        for at, each in enumerate(state.get(field, ())):
            yield (field, at, "Next"), each["Next"]
