"""Builds a machine of a definition that has been checked."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from watchword.machines import choices, paths, resources
from watchword.machines.checks import check
from watchword.machines.data import Json
from watchword.machines.definition import (
    Choice,
    Fail,
    Flow,
    Machine,
    Map,
    Parallel,
    Pass,
    Rule,
    Setting,
    State,
    Succeed,
    Task,
    Wait,
)
from watchword.machines.flow import WHOLE, PathFlow
from watchword.machines.paths import Path
from watchword.machines.retrying import Catcher, Retrier

REMEMBERED = 32
"""Built machines that are cached: a definition has up to 1 MiB."""


class Invalid(ValueError):  # noqa: N818 what the definition is
    """A definition with errors."""


@lru_cache(REMEMBERED)
def build(text: str) -> Machine:
    """The machine of a definition. Raises Invalid."""
    definition, found = check(text)
    if found.errors:
        raise Invalid(found.errors[0].message)
    return _machine(definition)


def build_state(name: str, state: Mapping[str, Json]) -> State:
    """One state that has been checked."""
    common: dict[str, Any] = {
        "name": name,
        "next": state.get("Next", ""),
        "flow": _flow(state),
        "retry": tuple(map(_retrier, state.get("Retry", ()))),
        "catch": tuple(map(_catcher, state.get("Catch", ()))),
    }
    return _BUILD[state["Type"]](state, common)


def _machine(definition: Mapping[str, Json]) -> Machine:
    states = {name: build_state(name, state) for name, state in definition["States"].items()}
    return Machine(definition["StartAt"], states, definition.get("TimeoutSeconds"))


def _flow(state: Mapping[str, Json]) -> Flow:
    parameters = None if state["Type"] == "Map" else state.get("Parameters")
    return PathFlow(
        _path(state, "InputPath"),
        parameters,
        state.get("ResultSelector"),
        _path(state, "ResultPath"),
        _path(state, "OutputPath"),
        state.get("Assign"),
    )


def _path(state: Mapping[str, Json], field: str) -> Path | None:
    text = state.get(field, "$")
    if text == "$":
        return WHOLE
    return None if text is None else paths.parse(text)


def _setting(state: Mapping[str, Json], field: str) -> Setting | None:
    """A field, or the field of that name that ends in Path."""
    if field in state:
        return Setting(state[field])
    return Setting(state[f"{field}Path"], computed=True) if f"{field}Path" in state else None


def _retrier(given: Mapping[str, Json]) -> Retrier:
    names = {
        "interval": "IntervalSeconds",
        "attempts": "MaxAttempts",
        "backoff": "BackoffRate",
        "longest": "MaxDelaySeconds",
    }
    values = {field: given[name] for field, name in names.items() if name in given}
    return Retrier(tuple(given["ErrorEquals"]), **values, jitter=given.get("JitterStrategy") == "FULL")


def _catcher(given: Mapping[str, Json]) -> Catcher:
    path = _path(given, "ResultPath")
    return Catcher(tuple(given["ErrorEquals"]), given["Next"], path, given.get("Assign"))


def _rule(given: Mapping[str, Json]) -> Rule:
    return Rule(test=choices.build(given), next=given["Next"], flow=PathFlow(assign=given.get("Assign")))


def _pass(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    return Pass(**common, result=state.get("Result"), has_result="Result" in state)


def _task(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    resource = resources.parse(state["Resource"])
    assert resource is not None, "the definition was checked"
    return Task(
        **common,
        resource=resource,
        timeout=_setting(state, "TimeoutSeconds"),
        heartbeat=_setting(state, "HeartbeatSeconds"),
        role=_role(state.get("Credentials", {})),
    )


def _role(credentials: Mapping[str, Json]) -> Setting | None:
    if "RoleArn" in credentials:
        return Setting(credentials["RoleArn"])
    return Setting(credentials["RoleArn.$"], computed=True) if "RoleArn.$" in credentials else None


def _choice(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    return Choice(**common, rules=tuple(map(_rule, state["Choices"])), default=state.get("Default", ""))


def _wait(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    return Wait(**common, seconds=_setting(state, "Seconds"), timestamp=_setting(state, "Timestamp"))


def _succeed(_state: Mapping[str, Json], common: dict[str, Any]) -> State:
    return Succeed(**common)


def _fail(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    nothing = Setting("")
    error, cause = _setting(state, "Error"), _setting(state, "Cause")
    return Fail(**common, error=error or nothing, cause=cause or nothing)


def _parallel(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    return Parallel(**common, branches=tuple(map(_machine, state["Branches"])))


def _map(state: Mapping[str, Json], common: dict[str, Any]) -> State:
    processor = state["ItemProcessor"] if "ItemProcessor" in state else state["Iterator"]
    return Map(
        **common,
        processor=_machine(processor),
        items=Setting(state["ItemsPath"], computed=True) if "ItemsPath" in state else None,
        selector=state.get("ItemSelector", state.get("Parameters")),
        concurrency=_setting(state, "MaxConcurrency") or Setting(0),
    )


_BUILD: Mapping[str, Callable[[Mapping[str, Json], dict[str, Any]], State]] = {
    "Pass": _pass,
    "Task": _task,
    "Choice": _choice,
    "Wait": _wait,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
