"""TestState: one state is tried on its own, and nothing of it is kept but the calls that it made.

1. Without a mock, the caller must be allowed to pass the role, and a task is performed in it.
2. With a mock, nothing is called and no role is needed: the mock is the task's result, or its error.
3. A mocked result is held against the model of the operation's output, as strictly as is asked.
4. States that begin other runs or wait for a token can only be mocked. A Wait doesn't wait.

A trust policy sees as aws:SourceArn a machine that can't exist, so a role that is kept for one machine isn't
lent to a test.
Source: Step Functions API Reference, TestState; Developer Guide, "Testing state machines with TestState API".
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from watchword.access import Demand
from watchword.access.request_log import Traits
from watchword.access.room import check_room
from watchword.machines import timestamps
from watchword.machines.about import About
from watchword.machines.build import build, build_state
from watchword.machines.checks import check_state
from watchword.machines.data import Json, decode
from watchword.machines.definition import State
from watchword.machines.errors import Failure
from watchword.machines.fields import JSONPATH
from watchword.machines.live import TaskCall
from watchword.machines.references import is_name
from watchword.machines.trial import Trial, is_in_map, named
from watchword.names.ids import new_request_id
from watchword.names.would_block import WouldBlock
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.pass_role import to_pass_role
from watchword.services.states import arns, executions, mocks
from watchword.services.states.definitions import check_definition
from watchword.services.states.errors import error, invalid_definition
from watchword.services.states.machines import SERVICE

MACHINE = "$TestState"
"""No machine can have that name."""
_ROLE_MISSING = "A role is needed where no mock is given."
_NUMBERS = {"maxConcurrency"}


class Asked(NamedTuple):
    """A state, and what is around it."""

    state: State
    in_map: bool = False


def test_state(call: Call) -> Output:
    """TestState."""
    if call.world.facts.cached:
        raise WouldBlock
    check_room(call.world, 0)
    mocks.check_request(call)
    text = call.input.get("input", executions.EMPTY)
    executions.check_input(text)
    asked = _asked(call)
    mocks.check_mock(call, asked.state)
    about = _about(call, text)
    trial = Trial(asked.state, about, call.world.randomness, call.world.expressions.evaluate)
    try:
        trial.given(_variables(call), _context(call, asked, text))
    except Failure as failure:
        raise error("ValidationException", failure.cause) from None
    with call.world.waiting:
        _try(call, trial, about)
    return _shown(call, trial)


def to_test(call: Call) -> tuple[Demand, ...]:
    """The action, iam:PassRole on the role that a state acts in, and states:RevealSecrets."""
    demands = [Demand("states:TestState", "*", call.account)]
    if "mock" not in call.input:
        if "roleArn" not in call.input:
            raise error("ValidationException", _ROLE_MISSING)
        role = arns.read_role(call.input["roleArn"])
        demands.append(to_pass_role(call, role, SERVICE, _machine_arn(call)))
    if call.input.get("revealSecrets"):
        demands.append(Demand("states:RevealSecrets", "*", call.account))
    return tuple(demands)


def _asked(call: Call) -> Asked:
    """The state. Raises InvalidDefinition, and ValidationException for a name that isn't there."""
    text, name = call.input["definition"], call.input.get("stateName")
    if name is None:
        state, found = check_state(text, call.world.expressions.compile)
        if found.errors:
            raise invalid_definition(found.errors)
        return Asked(build_state(MACHINE, state, JSONPATH))
    check_definition(call.world, text)
    machine = build(text)
    state = named(machine, name)
    if state is None:
        raise error("ValidationException", f"The definition has no state {name!r}.")
    return Asked(state, is_in_map(machine, name))


def _try(call: Call, trial: Trial, about: About) -> None:
    """Rules 1 and 2."""
    mock, settings = call.input.get("mock"), call.input.get("stateConfiguration", {})
    task = trial.enter()
    if trial.failure is not None:
        return
    if mock is None:
        if task is not None:
            _perform(call, trial, about, task)
    elif "result" in mock:
        trial.answer(mock["result"])
    else:
        failure = Failure(mock["errorOutput"]["error"], mock["errorOutput"].get("cause", ""))
        trial.refuse(failure, settings.get("retrierRetryCount", 0))


def _perform(call: Call, trial: Trial, about: About, task: TaskCall) -> None:
    try:
        output = call.world.perform(call.world, about, task)
    except Failure as failure:
        trial.refuse(failure)
    else:
        trial.answer(output)


def _shown(call: Call, trial: Trial) -> Output:
    shown: dict[str, object] = {"status": trial.status}
    if trial.status in ("SUCCEEDED", "CAUGHT_ERROR"):
        shown |= {"output": trial.output, **({"nextState": trial.next} if trial.next else {})}
    if trial.failure is not None:
        shown |= {"error": trial.failure.error, "cause": trial.failure.cause}
    if call.input.get("inspectionLevel", "INFO") != "INFO":
        data: dict[str, object] = {
            name: decode(text) if name in _NUMBERS else text for name, text in trial.notes.items()
        }
        more = {"variables": trial.variables, "errorDetails": trial.handled}
        shown["inspectionData"] = data | {name: value for name, value in more.items() if value}
    return shown


def _about(call: Call, text: str) -> About:
    name = new_request_id(call.world.randomness)
    return About(
        arn=_machine_arn(call).replace(arns.STATE_MACHINE, arns.EXECUTION, 1) + f":{name}",
        name=name,
        role=call.input.get("roleArn", ""),
        begun=timestamps.milliseconds(call.now),
        machine_arn=_machine_arn(call),
        machine_name=MACHINE,
        region=call.context.region,
        input=text,
    )


def _machine_arn(call: Call) -> str:
    prefix = f"arn:{call.partition}:states:{call.context.region}:{call.account}"
    return f"{prefix}:{arns.STATE_MACHINE}:{MACHINE}"


def _variables(call: Call) -> Mapping[str, Json]:
    found = _object(call, "variables")
    if not all(map(is_name, found)) or "states" in found:
        raise error("ValidationException", "A variable hasn't the name of one.")
    return found


def _context(call: Call, asked: Asked, text: str) -> Mapping[str, Json]:
    first = {"Map": {"Item": {"Index": 0, "Value": decode(text)}}} if asked.in_map else {}
    return first | dict(_object(call, "context"))


def _object(call: Call, member: str) -> Mapping[str, Json]:
    try:
        found = decode(call.input.get(member, "{}"))
    except ValueError as unreadable:
        raise error("ValidationException", f"{member} isn't JSON: {unreadable}") from None
    if not isinstance(found, dict):
        raise error("ValidationException", f"{member} must be an object.")
    return found


OPERATIONS: dict[str, Operation] = {
    "TestState": replace(pure(test_state, to_test), traits=Traits()),
}
