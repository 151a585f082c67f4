"""Builds a machine of a definition that has been checked."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from watchword.machines import resources
from watchword.machines.checks import check
from watchword.machines.data import Json
from watchword.machines.definition import (
    Choice,
    Fail,
    Machine,
    Map,
    Parallel,
    Pass,
    Setting,
    State,
    Succeed,
    Task,
    Wait,
)
from watchword.machines.fields import JSONPATH
from watchword.machines.given import Given
from watchword.machines.retrying import Retrier

REMEMBERED = 32
"""Built machines that are cached: a definition has up to 1 MiB."""


class Invalid(ValueError):  # noqa: N818 what the definition is
    """A definition with errors."""


@lru_cache(REMEMBERED)
def build(text: str) -> Machine:
    """The machine of a definition. Raises Invalid. Expressions of JSONata aren't read again."""
    definition, found = check(text)
    if found.errors:
        raise Invalid(found.errors[0].message)
    return _machine(definition, JSONPATH)


def build_state(name: str, state: Mapping[str, Json], language: str) -> State:
    """One state that has been checked, of a machine in that language."""
    given = Given(state, language)
    common: dict[str, Any] = {
        "name": name,
        "next": state.get("Next", ""),
        "flow": given.flow(),
        "retry": tuple(map(_retrier, state.get("Retry", ()))),
        "catch": given.catchers(),
    }
    return _BUILD[state["Type"]](given, common)


def _machine(definition: Mapping[str, Json], language: str) -> Machine:
    language = definition.get("QueryLanguage", language)
    states = {name: build_state(name, state, language) for name, state in definition["States"].items()}
    return Machine(definition["StartAt"], states, definition.get("TimeoutSeconds"))


def _retrier(given: Mapping[str, Json]) -> Retrier:
    names = {
        "interval": "IntervalSeconds",
        "attempts": "MaxAttempts",
        "backoff": "BackoffRate",
        "longest": "MaxDelaySeconds",
    }
    values = {field: given[name] for field, name in names.items() if name in given}
    return Retrier(tuple(given["ErrorEquals"]), **values, jitter=given.get("JitterStrategy") == "FULL")


def _pass(given: Given, common: dict[str, Any]) -> State:
    return Pass(**common, result=given.state.get("Result"), has_result="Result" in given.state)


def _task(given: Given, common: dict[str, Any]) -> State:
    resource = resources.parse(given.state["Resource"])
    assert resource is not None, "the definition was checked"
    return Task(
        **common,
        resource=resource,
        timeout=given.setting("TimeoutSeconds"),
        heartbeat=given.setting("HeartbeatSeconds"),
        role=given.role(),
    )


def _choice(given: Given, common: dict[str, Any]) -> State:
    return Choice(**common, rules=given.rules(), default=given.state.get("Default", ""))


def _wait(given: Given, common: dict[str, Any]) -> State:
    return Wait(**common, seconds=given.setting("Seconds"), timestamp=given.setting("Timestamp"))


def _succeed(_given: Given, common: dict[str, Any]) -> State:
    return Succeed(**common)


def _fail(given: Given, common: dict[str, Any]) -> State:
    nothing = Setting("")
    error, cause = given.setting("Error"), given.setting("Cause")
    return Fail(**common, error=error or nothing, cause=cause or nothing)


def _parallel(given: Given, common: dict[str, Any]) -> State:
    branches = tuple(_machine(each, given.language) for each in given.state["Branches"])
    return Parallel(**common, branches=branches)


def _map(given: Given, common: dict[str, Any]) -> State:
    state = given.state
    processor = state["ItemProcessor"] if "ItemProcessor" in state else state["Iterator"]
    return Map(
        **common,
        processor=_machine(processor, given.language),
        items=given.items(),
        selector=state.get("ItemSelector", state.get("Parameters")),
        concurrency=given.setting("MaxConcurrency") or Setting(0),
    )


_BUILD: Mapping[str, Callable[[Given, dict[str, Any]], State]] = {
    "Pass": _pass,
    "Task": _task,
    "Choice": _choice,
    "Wait": _wait,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
