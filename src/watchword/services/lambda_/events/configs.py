"""How events are handled: retries, age and destinations, of a function, a version or an alias.

1. What is set for the function itself holds for $LATEST. A version or alias has settings of its own.
2. Put replaces all settings, Update those that it has.

Source: AWS Lambda API Reference, PutFunctionEventInvokeConfig and its siblings.
"""

from typing import Any

from msgspec import structs

from watchword.services.lambda_ import pages
from watchword.services.lambda_.demands import function_of, on_function
from watchword.services.lambda_.errors import no_function, not_found
from watchword.services.lambda_.events import destinations
from watchword.services.lambda_.functions import current
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.functions import aliases, event_configs, versions
from watchword.store.functions.event_configs import EventConfig
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import LATEST


def put_config(call: Call) -> Output:
    """PutFunctionEventInvokeConfig."""
    function, qualifier = current(call), _qualifier(call)
    _check_qualifier(call, function)
    return _put(call, function, EventConfig(function.id, qualifier, call.now))


def update_config(call: Call) -> Output:
    """UpdateFunctionEventInvokeConfig."""
    function = current(call)
    return _put(call, function, _existing(call, function))


def get_config(call: Call) -> Output:
    """GetFunctionEventInvokeConfig."""
    function = function_of(call).function
    return _described(function, _existing(call, function))


def delete_config(call: Call) -> Output:
    """DeleteFunctionEventInvokeConfig."""
    existing = _existing(call, current(call))
    event_configs.remove(call.tx, existing.function_id, existing.qualifier)
    return {}


def list_configs(call: Call) -> Output:
    """ListFunctionEventInvokeConfigs."""
    function, size = function_of(call).function, pages.size_of(call)
    there, more = event_configs.page(call.tx, function.id, after=pages.start_of(call), limit=size)
    shown = [_described(function, each) for each in there]
    return {"FunctionEventInvokeConfigs": shown, **pages.end(there[-1].qualifier if there else "", more=more)}


def _put(call: Call, function: Function, before: EventConfig) -> Output:
    """The settings of the request, and for what it doesn't say those from before."""
    given, changed = call.input, dict[str, Any]()
    if "MaximumRetryAttempts" in given:
        changed["retries"] = given["MaximumRetryAttempts"]
    if "MaximumEventAgeInSeconds" in given:
        changed["seconds"] = given["MaximumEventAgeInSeconds"]
    targets = given.get("DestinationConfig", {})
    for member, name, allowed in (
        ("OnSuccess", "on_success", destinations.ANY),
        ("OnFailure", "on_failure", destinations.ON_FAILURE),
    ):
        if member in targets:
            changed[name] = targets[member].get("Destination", "")
            destinations.check(changed[name], allowed)
    config = structs.replace(before, **changed, modified=call.now)
    event_configs.put(call.tx, config)
    return _described(function, config)


def _qualifier(call: Call) -> str:
    """Rule 1."""
    return FunctionName.of(call).qualifier or LATEST


def _check_qualifier(call: Call, function: Function) -> None:
    named = FunctionName.of(call)
    names = {alias.name for alias in aliases.of(call.tx, function.id)}
    if named.qualifier in names:
        return
    if named.number is None or versions.numbered(call.tx, function.id, named.number) is None:
        raise no_function(named.arn)


def _existing(call: Call, function: Function) -> EventConfig:
    qualifier = _qualifier(call)
    found = event_configs.of(call.tx, function.id, qualifier)
    if found is None:
        raise not_found(f"The function {function.arn}:{qualifier} doesn't have an EventInvokeConfig")
    return found


def _described(function: Function, config: EventConfig) -> Output:
    """FunctionEventInvokeConfig."""
    targets = (("OnSuccess", config.on_success), ("OnFailure", config.on_failure))
    shown: dict[str, object] = {
        "LastModified": config.modified,
        "FunctionArn": f"{function.arn}:{config.qualifier}",
        "DestinationConfig": {name: {"Destination": arn} if arn else {} for name, arn in targets},
    }
    if config.retries is not None:
        shown["MaximumRetryAttempts"] = config.retries
    if config.seconds is not None:
        shown["MaximumEventAgeInSeconds"] = config.seconds
    return shown


OPERATIONS: dict[str, Operation] = {
    "PutFunctionEventInvokeConfig": writes(put_config, on_function("PutFunctionEventInvokeConfig")),
    "UpdateFunctionEventInvokeConfig": writes(update_config, on_function("UpdateFunctionEventInvokeConfig")),
    "GetFunctionEventInvokeConfig": reads(get_config, on_function("GetFunctionEventInvokeConfig")),
    "DeleteFunctionEventInvokeConfig": writes(delete_config, on_function("DeleteFunctionEventInvokeConfig")),
    "ListFunctionEventInvokeConfigs": reads(list_configs, on_function("ListFunctionEventInvokeConfigs")),
}
