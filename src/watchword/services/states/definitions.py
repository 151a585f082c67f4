"""Definitions of state machines: ValidateStateMachineDefinition, and what Create and Update check.

Source: Step Functions API Reference, ValidateStateMachineDefinition.
"""

from watchword.machines.checks import check
from watchword.machines.diagnostics import MOST, Diagnostic
from watchword.names.would_block import WouldBlock
from watchword.services.operation import Call, Operation, Output, pure
from watchword.services.states.demands import on_anything
from watchword.services.states.errors import invalid_definition
from watchword.world import World


def validate_state_machine_definition(call: Call) -> Output:
    """ValidateStateMachineDefinition: what is wrong with a definition is no error of the call."""
    if call.world.facts.cached:
        raise WouldBlock  # a large definition takes a while
    _, found = check(call.input["definition"], call.world.expressions.compile)
    wanted = found.errors if call.input.get("severity") != "WARNING" else found.found
    most = call.input.get("maxResults") or MOST
    return {
        "result": "FAIL" if found.errors else "OK",
        "diagnostics": [_shown(each) for each in wanted[:most]],
        "truncated": found.truncated or len(wanted) > most,
    }


def check_definition(world: World, text: str) -> None:
    """Raises InvalidDefinition."""
    _, found = check(text, world.expressions.compile)
    if found.errors:
        raise invalid_definition(found.errors)


def _shown(one: Diagnostic) -> dict[str, str]:
    return {
        "severity": one.severity,
        "code": one.code,
        "message": one.message,
        **({"location": one.location} if one.location else {}),
    }


OPERATIONS: dict[str, Operation] = {
    "ValidateStateMachineDefinition": pure(validate_state_machine_definition, on_anything),
}
