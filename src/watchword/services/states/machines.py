"""State machines.

Creating one is idempotent: the same name with the same definition and type is the machine that is there,
whatever its role and tags. A caller who names a role must be allowed to pass it to Step Functions.
Source: Step Functions API Reference, CreateStateMachine, UpdateStateMachine and their siblings.
"""

from collections.abc import Callable, Mapping
from typing import Any

from watchword.access import Demand
from watchword.names import fault
from watchword.names.ids import new_request_id
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.pass_role import to_pass_role
from watchword.services.states import arns, pages, tags
from watchword.services.states.arns import STATE_MACHINE
from watchword.services.states.definitions import check_definition
from watchword.services.states.demands import demand_on, machine_of, on_anything, on_machine
from watchword.services.states.errors import error
from watchword.services.states.removal import empty
from watchword.store import Conflict
from watchword.store.machines import state_machines
from watchword.store.machines.state_machines import STANDARD, Revision, StateMachine
from watchword.store.tags import put as put_tags

SERVICE = "states.amazonaws.com"
SETTINGS: Output = {
    "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
    "tracingConfiguration": {"enabled": False},
    "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
}
"""The only ones that are served."""
_UNSERVED: Mapping[str, Callable[[Any], bool]] = {
    "publish": bool,
    "loggingConfiguration": lambda value: value.get("level", "OFF") != "OFF",
    "tracingConfiguration": lambda value: value.get("enabled", False),
    "encryptionConfiguration": lambda value: value["type"] != "AWS_OWNED_KEY",
}


def create_state_machine(call: Call) -> Output:
    """CreateStateMachine."""
    arn, definition = _new_arn(call), call.input["definition"]
    kind = call.input.get("type", STANDARD)
    there = state_machines.named(call.tx, call.account, call.context.region, arn.name)
    if there is not None:
        return _same(call, there, definition, kind)
    machine_id = new_request_id(call.world.randomness)
    revision = _revision(call, machine_id, definition, call.input["roleArn"])
    machine = StateMachine(
        machine_id, call.account, call.context.region, arn.name, kind, call.now, revision.id, call.partition
    )
    try:
        state_machines.insert(call.tx, machine, revision)
    except Conflict:
        raise error("StateMachineAlreadyExists", machine.arn) from None
    put_tags(call.tx, state_machines.KIND, machine.id, tags.given(call))
    return {"stateMachineArn": machine.arn, "creationDate": machine.created}


def update_state_machine(call: Call) -> Output:
    """UpdateStateMachine: executions that run go on with what they began with."""
    machine = machine_of(call, call.tx)
    if machine.deleting:
        raise error("StateMachineDeleting", machine.arn)
    current = _current(call, machine)
    definition, role = call.input.get("definition"), call.input.get("roleArn")
    revision = _revision(call, machine.id, definition or current.definition, role or current.role_arn)
    state_machines.revise(call.tx, machine, revision)
    return {"updateDate": call.now, "revisionId": revision.id}


def describe_state_machine(call: Call) -> Output:
    """DescribeStateMachine."""
    machine = machine_of(call, call.tx)
    revision = _current(call, machine)
    return {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "status": "DELETING" if machine.deleting else "ACTIVE",
        "definition": definition_shown(call, revision),
        "roleArn": revision.role_arn,
        "type": machine.type,
        "creationDate": machine.created,
        "revisionId": revision.id,
        **SETTINGS,
    }


def delete_state_machine(call: Call) -> Output:
    """DeleteStateMachine: its executions end with it. One that isn't there is no error."""
    found = call.resolved[state_machines.KIND, call.input["stateMachineArn"]]
    machine = state_machines.by_id(call.tx, found.id) if found else None
    if machine is not None:
        if not machine.deleting:
            state_machines.begin_deleting(call.tx, machine)
        empty(call.tx, machine)
    return {}


def list_state_machines(call: Call) -> Output:
    """ListStateMachines: of the caller's account and Region, sorted by name."""
    found, more = state_machines.page(
        call.tx, call.account, call.context.region, after=pages.start_of(call), limit=pages.size_of(call)
    )
    listed = [
        {
            "stateMachineArn": each.arn,
            "name": each.name,
            "type": each.type,
            "creationDate": each.created,
        }
        for each in found
    ]
    return {"stateMachines": listed, **pages.end(found[-1].name if found else "", more=more)}


def list_state_machine_versions(call: Call) -> Output:
    """ListStateMachineVersions: there are none, since publishing isn't served."""
    machine_of(call, call.tx)
    return {"stateMachineVersions": []}


def definition_shown(call: Call, revision: Revision) -> str:
    """The definition, unless only the rest was asked for."""
    return "" if call.input.get("includedData") == "METADATA_ONLY" else revision.definition


def to_create(call: Call) -> tuple[Demand, ...]:
    """On the new machine, and iam:PassRole on its role."""
    _refuse_unserved(call)
    arn, keys = _new_arn(call), tags.request_keys(tags.given(call))
    creating = demand_on(call, arn, "states:CreateStateMachine")
    creating = Demand(creating.action, creating.resource, creating.account, keys, region=creating.region)
    role = arns.read_role(call.input["roleArn"])
    return creating, to_pass_role(call, role, SERVICE, str(arn.arn))


def to_update(call: Call) -> tuple[Demand, ...]:
    """On the machine, and iam:PassRole on a role that is named."""
    _refuse_unserved(call)
    if not {"definition", "roleArn"} & call.input.keys():
        raise error("MissingRequiredParameter", "Either the definition or the role ARN must be specified")
    demands = on_machine(call)
    if "roleArn" not in call.input:
        return demands
    role = arns.read_role(call.input["roleArn"])
    return *demands, to_pass_role(call, role, SERVICE, call.input["stateMachineArn"])


def _checked(call: Call) -> None:
    """Before the transaction begins: a large definition takes a while."""
    if "definition" in call.input:
        check_definition(call.world, call.input["definition"])


def _new_arn(call: Call) -> arns.StatesArn:
    name = arns.check_name(call.input["name"])
    text = f"arn:{call.partition}:states:{call.context.region}:{call.account}:stateMachine:{name}"
    return arns.read(text, STATE_MACHINE)


def _same(call: Call, there: StateMachine, definition: str, kind: str) -> Output:
    if there.deleting:
        raise error("StateMachineDeleting", there.arn)
    if (_current(call, there).definition, there.type) != (definition, kind):
        raise error("StateMachineAlreadyExists", there.arn)
    return {"stateMachineArn": there.arn, "creationDate": there.created}


def _revision(call: Call, machine_id: str, definition: str, role: str) -> Revision:
    return Revision(new_request_id(call.world.randomness), machine_id, definition, role, call.now)


def _current(call: Call, machine: StateMachine) -> Revision:
    found = state_machines.revision(call.tx, machine.revision_id)
    assert found is not None, "a machine has its revision"
    return found


def _refuse_unserved(call: Call) -> None:
    for member, is_unserved in _UNSERVED.items():
        if member in call.input and is_unserved(call.input[member]):
            raise fault("NotImplemented", f"{member} is not implemented.")


OPERATIONS: dict[str, Operation] = {
    "CreateStateMachine": writes(create_state_machine, to_create, prepare=_checked),
    "UpdateStateMachine": writes(update_state_machine, to_update, prepare=_checked),
    "DescribeStateMachine": reads(describe_state_machine, on_machine),
    "DeleteStateMachine": writes(delete_state_machine, on_machine),
    "ListStateMachines": reads(list_state_machines, on_anything),
    "ListStateMachineVersions": reads(list_state_machine_versions, on_machine),
}
