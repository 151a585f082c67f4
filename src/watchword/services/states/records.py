"""Executions between the store and the language: what it must know of them, and the events that it gives."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from watchword.machines import history, timestamps
from watchword.machines.about import About
from watchword.store.machines.executions import Event, Execution
from watchword.store.machines.state_machines import EXPRESS, Revision, StateMachine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_370_764_800_000
"""The year 9999. No wait ends later."""


def about(execution: Execution, machine: StateMachine, revision: Revision) -> About:
    return About(
        arn=execution.arn,
        name=execution.name,
        role=revision.role_arn,
        begun=timestamps.milliseconds(execution.started),
        machine_arn=machine.arn,
        machine_name=machine.name,
        region=machine.region,
        input=execution.input,
        express=execution.type == EXPRESS,
    )


def moment(milliseconds: int) -> datetime:
    """The inverse of `timestamps.milliseconds`."""
    return _EPOCH + timedelta(milliseconds=min(milliseconds, _LATEST))


def rows_of(execution_id: str, events: Iterable[history.Event]) -> list[Event]:
    """Events as they are stored."""
    return [
        Event(
            execution_id,
            each.number,
            each.previous,
            moment(each.time),
            each.type,
            None if each.details is None else msgspec.json.encode(each.details).decode(),
        )
        for each in events
    ]


def shown(events: Iterable[Event], *, with_data: bool) -> Iterator[dict[str, object]]:
    """Events as GetExecutionHistory answers them."""
    for each in events:
        event: dict[str, object] = {
            "timestamp": each.at,
            "type": each.type,
            "id": each.number,
            "previousEventId": each.previous,
        }
        if each.details is not None:
            details = msgspec.json.decode(each.details)
            if not with_data:
                details = {name: value for name, value in details.items() if name not in _DATA}
            event[history.details_member(each.type)] = details
        yield event


_DATA = frozenset({"input", "inputDetails", "output", "outputDetails", "parameters", "error", "cause"})
"""What includeExecutionData leaves out."""
