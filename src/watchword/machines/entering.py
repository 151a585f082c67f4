"""What each type of state does when a run enters it: a table, type -> function.

A function returns what becomes of the run: it leaves the state with an output (`Leave`), its machine fails
(`Ends`), or it stays (None), and then the run's phase says for what it waits. A function that raises Failure
fails its state, which `interpreter` tries again or catches.
Source: Amazon States Language, "State Types".
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from watchword.machines import children, task_events, timestamps
from watchword.machines.checkpoint import Run
from watchword.machines.choices import Test
from watchword.machines.data import Json, encode
from watchword.machines.definition import (
    Choice,
    Fail,
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
from watchword.machines.errors import NO_CHOICE_MATCHED, Failure
from watchword.machines.fields import MOST_SECONDS
from watchword.machines.live import SECOND, Live
from watchword.machines.outcome import Ends, Leave, Outcome
from watchword.machines.query_flow import QueryFlow, first_true
from watchword.machines.scope import Scope

_TOKEN_BYTES = 48


class Entered(NamedTuple):
    """A run that is in a state, and what it has there."""

    live: Live
    run: Run
    scope: Scope
    """"$" is the raw input."""
    data: Json
    """After InputPath."""


def enter(live: Live, run: Run, state: State) -> Outcome:
    """Enters a state, or tries it again."""
    scope = live.scope(run)
    return _ENTER[type(state)](Entered(live, run, scope, state.flow.enter(scope)), state)


def leave(live: Live, run: Run, state: State, result: Json) -> Leave:
    """Leaves a state with its result."""
    output, variables = state.flow.leave(result, live.scope(run))
    return Leave(output, variables, state.next)


def after_wait(live: Live, run: Run, state: State) -> Leave:
    """Leaves a Wait whose time has come."""
    return leave(live, run, state, state.flow.enter(live.scope(run)))


def _pass(at: Entered, state: Pass) -> Outcome:
    result = state.result if state.has_result else state.flow.arguments(at.data, at.scope)
    return leave(at.live, at.run, state, result)


def _succeed(at: Entered, state: Succeed) -> Outcome:
    return leave(at.live, at.run, state, at.data)


def _fail(at: Entered, state: Fail) -> Outcome:
    scope = at.scope.of(at.data)
    error, cause = (_string(setting, state, scope) for setting in (state.error, state.cause))
    return Ends(Failure(error, cause))


def _choice(at: Entered, state: Choice) -> Outcome:
    rule = _first(state, at.scope.of(at.data))
    if rule is None and not state.default:
        raise Failure(NO_CHOICE_MATCHED, "No rule of the Choice state holds, and it has no Default.")
    flow, following = (rule.flow, rule.next) if rule else (state.flow, state.default)
    return Leave(*flow.leave(at.data, at.scope), following)


def _first(state: Choice, scope: Scope) -> Rule | None:
    """The first rule that holds."""
    if isinstance(state.flow, QueryFlow):
        at = first_true([rule.test for rule in state.rules], scope)
        return None if at is None else state.rules[at]
    return next((rule for rule in state.rules if cast("Test", rule.test).holds(scope)), None)


def _wait(at: Entered, state: Wait) -> Outcome:
    scope = at.scope.of(at.data)
    if state.timestamp is not None:
        text = state.timestamp.read(state.flow, scope)
        moment = timestamps.parse(text)
        if moment is None:
            raise state.timestamp.unfit(state.flow, text, "timestamp")
        until = timestamps.milliseconds(moment)
    else:
        assert state.seconds is not None, "one of the two is there"
        until = at.live.now + _seconds(state.seconds, at, state, least=0) * SECOND
    if until <= at.live.now:
        return leave(at.live, at.run, state, at.data)
    at.run.phase, at.run.until = "timer", until
    return None


def _task(at: Entered, state: Task) -> Outcome:
    live, run = at.live, at.run
    if state.resource.waits:
        run.token = base64.urlsafe_b64encode(live.randomness(_TOKEN_BYTES)).decode()
    scope = live.scope(run)  # the context object has the token now
    arguments = encode(state.flow.arguments(at.data, scope))
    role = "" if state.role is None else _string(state.role, state, scope.of(at.data))
    timeout = None if state.timeout is None else _seconds(state.timeout, at, state, least=1)
    beat = None if state.heartbeat is None else _seconds(state.heartbeat, at, state, least=1)
    run.arguments, run.role, run.attempt, run.phase = arguments, role, run.attempt + 1, "task"
    run.until = None if timeout is None else live.now + timeout * SECOND
    run.beat_seconds = beat or 0
    run.beat = None if beat is None else live.now + beat * SECOND
    task_events.scheduled(live, run, state.resource, _more(timeout, beat, role))
    live.calls.append(live.call(run, state))
    return None


def _more(timeout: int | None, beat: int | None, role: str) -> dict[str, Any]:
    more = {"timeoutInSeconds": timeout, "heartbeatInSeconds": beat}
    found: dict[str, Any] = {name: value for name, value in more.items() if value is not None}
    return found | {"taskCredentials": {"roleArn": role}} if role else found


def _parallel(at: Entered, state: Parallel) -> Outcome:
    text = encode(state.flow.arguments(at.data, at.scope))
    return children.begin_branches(at.live, at.run, state, text)


def _map(at: Entered, state: Map) -> Outcome:
    return children.begin_items(at.live, at.run, state)


def _string(setting: Setting, state: State, scope: Scope) -> str:
    value = setting.read(state.flow, scope)
    if not isinstance(value, str):
        raise setting.unfit(state.flow, value, "string")
    return value


def _seconds(setting: Setting, at: Entered, state: State, *, least: int) -> int:
    value = setting.read(state.flow, at.scope.of(at.data))
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= MOST_SECONDS:
        raise setting.unfit(state.flow, value, f"number from {least} to {MOST_SECONDS}")
    return int(value)


_ENTER: Mapping[type[State], Callable[[Entered, Any], Outcome]] = {
    Pass: _pass,
    Task: _task,
    Choice: _choice,
    Wait: _wait,
    Succeed: _succeed,
    Fail: _fail,
    Parallel: _parallel,
    Map: _map,
}
