"""How fast executions of state machines go on: a hundred Pass states, every transition committed to disk.

The runner works as in a server, in this thread: it claims what is due, goes on with all of it, and commits
what came of it in one transaction. Starting the executions isn't measured.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from rows import Row, print_medians
from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.app import open_world
from watchword.gateway.dispatch import dispatch
from watchword.gateway.runner import Runner
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.names.principal import Root
from watchword.world import World

STATES, MANY = 100, 20
SERVICE = "stepfunctions"


def rows(stack: ExitStack) -> Iterator[Row]:
    world = open_world(Settings(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
    stack.callback(world.close)
    caller, runner = Caller(Root(first_account(world))), Runner(world)
    machine = _machine(world, caller)
    note = ">= 2,000/s"
    yield Row(
        "transitions, one execution of 100 states", lambda: _rate(world, caller, runner, machine, 1), "", note
    )
    yield Row(
        "transitions, 20 such executions", lambda: _rate(world, caller, runner, machine, MANY), "", note
    )


def _machine(world: World, caller: Caller) -> str:
    states = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(STATES - 1)}
    states[f"S{STATES - 1}"] = {"Type": "Pass", "End": True}  # type: ignore[dict-item]  # true, not a name
    given = {
        "name": "hundred",
        "definition": json.dumps({"StartAt": "S0", "States": states}),
        "roleArn": f"arn:aws:iam::{caller.account}:role/machine",
    }
    made = dispatch(world, caller, (SERVICE, "CreateStateMachine"), given, via=Via())
    return str(made["stateMachineArn"])


def _rate(world: World, caller: Caller, runner: Runner, machine: str, many: int) -> float:
    """Transitions per second."""
    given = {"stateMachineArn": machine, "input": '{"letters": ["a", "b"]}'}
    for _ in range(many):
        dispatch(world, caller, (SERVICE, "StartExecution"), given, via=Via())
    began = time.perf_counter()
    while _running(world, caller, machine):
        runner.turn()
    return many * STATES / (time.perf_counter() - began)


def _running(world: World, caller: Caller, machine: str) -> object:
    given = {"stateMachineArn": machine, "statusFilter": "RUNNING", "maxResults": 1}
    return dispatch(world, caller, (SERVICE, "ListExecutions"), given, via=Via())["executions"]


if __name__ == "__main__":
    with ExitStack() as opened:
        print_medians(rows(opened), 5)
