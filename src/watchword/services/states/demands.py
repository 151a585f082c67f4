"""What operations of Step Functions demand, and the machine or execution that they then act on.

After the decision a machine of that name may be another one: functions act on the id that was decided on.
"""

from collections.abc import Callable
from functools import partial

from watchword.access import Demand
from watchword.facts.machines import MachineFact
from watchword.services.operation import Call
from watchword.services.states import arns
from watchword.services.states.arns import EXECUTION, STATE_MACHINE, StatesArn
from watchword.services.states.attached import machine_at, of_machine
from watchword.services.states.errors import error
from watchword.store import Transaction
from watchword.store.machines import executions, state_machines
from watchword.store.machines.executions import Execution
from watchword.store.machines.state_machines import StateMachine

MACHINE_MEMBER, EXECUTION_MEMBER = "stateMachineArn", "executionArn"
PREFIX = "states:"


def on_machine(call: Call) -> tuple[Demand, ...]:
    """The operation's action on the machine that it names. Raises ValidationException where it names none."""
    if MACHINE_MEMBER not in call.input:  # ListExecutions, of a distributed Map's run
        raise error("ValidationException", f"{MACHINE_MEMBER} is missing.")
    arn = arns.read(call.input[MACHINE_MEMBER], STATE_MACHINE)
    return (demand_on(call, arn, PREFIX + call.name),)


def on_execution(call: Call) -> tuple[Demand, ...]:
    """The operation's action on the execution that it names."""
    arn = arns.read(call.input[EXECUTION_MEMBER], EXECUTION, arns.EXPRESS)
    return (demand_on(call, arn, PREFIX + call.name),)


def on_anything(call: Call) -> tuple[Demand, ...]:
    """Actions without resources."""
    return (Demand(PREFIX + call.name, "*", call.account),)


def demand_on(call: Call, arn: StatesArn, action: str) -> Demand:
    look: Callable[[], MachineFact | None] = partial(machine_at, call.world.facts, arn)
    found = call.resolve(state_machines.KIND, arn.machine, look)
    return of_machine(arn, found).demand(action, str(arn.arn))


def machine_of(call: Call, tx: Transaction, text: str = "") -> StateMachine:
    """The machine that was decided on. Raises StateMachineDoesNotExist."""
    text = text or call.input[MACHINE_MEMBER]
    found: MachineFact | None = call.resolved[state_machines.KIND, text]
    machine = state_machines.by_id(tx, found.id) if found else None
    if machine is None:
        raise error("StateMachineDoesNotExist", text)
    return machine


def execution_of(call: Call) -> Execution:
    """The execution of a standard machine that was decided on. Raises ExecutionDoesNotExist."""
    text = call.input[EXECUTION_MEMBER]
    found: MachineFact | None = call.resolved[
        state_machines.KIND, arns.read(text, EXECUTION, arns.EXPRESS).machine
    ]
    execution = executions.by_arn(call.tx, text) if found else None
    if found is None or execution is None or execution.machine_id != found.id:
        raise error("ExecutionDoesNotExist", text)
    if execution.type == state_machines.EXPRESS:
        raise error("ExecutionDoesNotExist", text)
    return execution
