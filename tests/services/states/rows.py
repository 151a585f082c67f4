"""How each operation of Step Functions is called: what a row is stands in tests/services/rows.py."""

import json

from tests.services.rows import Refused, Row, Step, Without

OURS = "arn:aws:states:us-east-1:123456789012"
ROLE = {"roleArn": "arn:aws:iam::123456789012:role/worker"}
DEFINITION, OTHER = (
    json.dumps({"StartAt": "Only", "States": {"Only": {"Type": "Wait", "Seconds": seconds, "End": True}}})
    for seconds in (1_000_000, 2_000_000)
)
NEW = {"definition": DEFINITION, **ROLE}


def machine(name: str) -> dict[str, str]:
    return {"stateMachineArn": f"{OURS}:stateMachine:{name}"}


def execution(name: str) -> dict[str, str]:
    return {"executionArn": f"{OURS}:execution:waits:{name}"}


NO_MACHINE = Refused("StateMachineDoesNotExist", **machine("none"))
NO_EXECUTION = Refused("ExecutionDoesNotExist", **execution("none"))
TAGGED = {"resourceArn": f"{OURS}:stateMachine:tagged"}
NOT_TAGGED = Refused("ResourceNotFound", resourceArn=f"{OURS}:stateMachine:none")

SCENE = [
    *(Step("CreateStateMachine", {"name": name, **NEW}) for name in ("waits", "tagged", "updated", "gone")),
    *(Step("StartExecution", machine("waits") | {"name": name}) for name in ("first", "second", "stopped")),
    Step("StopExecution", execution("stopped")),
]

ROWS = {
    "CreateStateMachine": Row(
        {"name": "new", **NEW}, conflict=Refused("StateMachineAlreadyExists", name="waits", definition=OTHER)
    ),
    "DeleteStateMachine": Row(machine("gone")),
    "DescribeExecution": Row(execution("first"), missing=NO_EXECUTION),
    "DescribeStateMachine": Row(machine("waits"), missing=NO_MACHINE),
    "DescribeStateMachineForExecution": Row(execution("first"), missing=NO_EXECUTION),
    "GetExecutionHistory": Row(execution("first"), missing=NO_EXECUTION, pages=1),
    "ListExecutions": Row(machine("waits"), missing=NO_MACHINE, pages=2),
    "ListStateMachineVersions": Row(
        machine("waits"), pages=Without("publishing versions isn't served, so there are none")
    ),
    "ListStateMachines": Row(pages=2),
    "ListTagsForResource": Row(TAGGED, missing=NOT_TAGGED),
    "StartExecution": Row(
        machine("waits") | {"name": "third"},
        missing=NO_MACHINE,
        conflict=Refused("ExecutionAlreadyExists", name="first", input='{"other": 1}'),
    ),
    "StopExecution": Row(execution("second"), missing=NO_EXECUTION),
    "TagResource": Row(TAGGED | {"tags": [{"key": "team", "value": "red"}]}, missing=NOT_TAGGED),
    "UntagResource": Row(TAGGED | {"tagKeys": ["team"]}, missing=NOT_TAGGED),
    "UpdateStateMachine": Row(
        machine("updated") | {"definition": OTHER},
        missing=NO_MACHINE,
        conflict=Without("it is about versions, which aren't served"),
    ),
    "ValidateStateMachineDefinition": Row({"definition": DEFINITION}),
}
OTHERS = {  # they take a token that a task was called with, or clients make another host of ours
    "SendTaskFailure": "tests/server/test_state_machines.py::test_a_task_fails_by_its_token",
    "SendTaskHeartbeat": "tests/server/test_state_machines.py::test_a_task_sends_heartbeats",
    "StartSyncExecution": "tests/server/test_state_machines.py::test_waiting_for_the_end",
    "SendTaskSuccess": "tests/server/test_state_machines.py::test_a_task_succeeds_by_its_token",
    "TestState": "tests/server/test_trials.py::test_whoever_tests_passes_the_role",
}
