"""Tags of state machines.

Source: Step Functions API Reference, TagResource; Developer Guide, "Tagging state machines and activities".
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.states import arns
from watchword.services.states.arns import STATE_MACHINE
from watchword.services.states.demands import demand_on
from watchword.services.states.errors import error
from watchword.store import tags
from watchword.store.machines import state_machines
from watchword.store.machines.state_machines import KIND, StateMachine

MOST = 50
RESERVED = "aws:"


def given(call: Call) -> dict[str, str]:
    """The tags in a request, as key -> value. Raises ValidationException."""
    listed = call.input.get("tags", ())
    found = {each.get("key", ""): each.get("value", "") for each in listed}
    if len(found) < len(listed):
        raise error("ValidationException", "Duplicate tag keys found.")
    _check_texts(found.keys() | found.values())
    if any(not key or key.lower().startswith(RESERVED) for key in found):
        raise error("ValidationException", f"A tag key isn't empty and doesn't begin with {RESERVED}")
    if len(found) > MOST:
        raise error("TooManyTags", f"A state machine has at most {MOST} tags.")
    return found


def request_keys(found: Mapping[str, str]) -> dict[str, ContextValue]:
    """Condition keys of the tags in a request."""
    if not found:
        return {}
    return {"aws:TagKeys": tuple(found), **{f"aws:RequestTag/{key}": value for key, value in found.items()}}


def tag_resource(call: Call) -> Output:
    """TagResource."""
    machine, added = _machine(call), given(call)
    if len(tags.of(call.tx, KIND, machine.id) | added) > MOST:
        raise error("TooManyTags", f"A state machine has at most {MOST} tags.")
    tags.put(call.tx, KIND, machine.id, added)
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource."""
    _check_texts(call.input["tagKeys"])
    tags.remove(call.tx, KIND, _machine(call).id, call.input["tagKeys"])
    return {}


def list_tags_for_resource(call: Call) -> Output:
    """ListTagsForResource."""
    found = tags.of(call.tx, KIND, _machine(call).id)
    return {"tags": [{"key": key, "value": value} for key, value in found.items()]}


def on_resource(call: Call) -> tuple[Demand, ...]:
    """The operation's action on the machine, with the tags of the request."""
    arn = arns.read(call.input["resourceArn"], STATE_MACHINE)
    keys = request_keys(given(call))
    if "tagKeys" in call.input:
        keys = {"aws:TagKeys": tuple(call.input["tagKeys"])}
    return (replace(demand_on(call, arn, f"states:{call.name}"), context=keys),)


def _check_texts(texts: Iterable[str]) -> None:
    if any("\0" in text for text in texts):
        raise error("ValidationException", "A tag can't have a NUL character.")


def _machine(call: Call) -> StateMachine:
    text = call.input["resourceArn"]
    found = call.resolved[KIND, text]
    machine = state_machines.by_id(call.tx, found.id) if found else None
    if machine is None:
        raise error("ResourceNotFound", text)
    return machine


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, on_resource),
    "UntagResource": writes(untag_resource, on_resource),
    "ListTagsForResource": reads(list_tags_for_resource, on_resource),
}
