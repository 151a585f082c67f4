"""The history of an execution: events, in AWS's types and details.

Source: Step Functions API Reference, HistoryEvent and the types of its details.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_EVENTS = 25_000
"""Of one execution (Step Functions Developer Guide, "Service quotas")."""
WHOLE_DATA = {"truncated": False}


class Event(NamedTuple):
    """One event; `time` is in milliseconds since 1970. `previous` is the event that led to it."""

    number: int
    previous: int
    time: int
    type: str
    details: Mapping[str, Any] | None


def details_member(event_type: str) -> str:
    """The member of HistoryEvent that has the details of an event of that type."""
    for end in ("StateEntered", "StateExited"):
        if event_type.endswith(end):
            return f"s{end[1:]}EventDetails"
    return f"{event_type[0].lower()}{event_type[1:]}EventDetails"


def with_input(text: str, **more: object) -> dict[str, Any]:
    return {**more, "input": text, "inputDetails": WHOLE_DATA}


def with_output(text: str, **more: object) -> dict[str, Any]:
    return {**more, "output": text, "outputDetails": WHOLE_DATA}


def failed(error: str, cause: str, **more: object) -> dict[str, Any]:
    """Without what is empty."""
    return {**more, **({"error": error} if error else {}), **({"cause": cause} if cause else {})}
