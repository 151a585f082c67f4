"""What an execution is called and belongs to, as the context object says it.

Source: Amazon States Language, "Context Object"; Step Functions Developer Guide, "Accessing execution data
from the Context object".
"""

from collections.abc import Mapping

from msgspec import Struct

from watchword.machines.checkpoint import Run
from watchword.machines.data import Json
from watchword.machines.timestamps import written


class About(Struct, frozen=True):
    """An execution, apart from where it is."""

    arn: str
    name: str
    role: str
    begun: int
    """Milliseconds since 1970."""
    machine_arn: str
    machine_name: str
    region: str
    input: str = "{}"
    express: bool = False


def context_of(about: About, given: Json, run: Run, item: Mapping[str, Json] | None) -> dict[str, Json]:
    """The context object of a state. `given` is the execution's input, `item` that of the Map around it."""
    context: dict[str, Json] = {
        "Execution": {
            "Id": about.arn,
            "Input": given,
            "Name": about.name,
            "RoleArn": about.role,
            "StartTime": written(about.begun),
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": about.machine_arn, "Name": about.machine_name},
        "State": {"Name": run.state, "EnteredTime": written(run.entered), "RetryCount": run.retries},
    }
    if item is not None:
        context["Map"] = {"Item": item}
    if run.token:
        context["Task"] = {"Token": run.token}
    return context
