"""Aliases: names of versions, which can be pointed at another one.

An alias can divide invocations between two versions, by weight; neither is $LATEST then.
Source: AWS Lambda API Reference, CreateAlias and its siblings; Developer Guide, "Lambda function aliases".
"""

from dataclasses import replace
from typing import Any

from watchword.services.lambda_ import pages
from watchword.services.lambda_.demands import function_of, on_function
from watchword.services.lambda_.errors import conflict, invalid, no_function, not_found
from watchword.services.lambda_.functions import check_revision, current, new_revision
from watchword.services.lambda_.names import version_number
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Conflict
from watchword.store.functions import aliases, event_configs, permissions, urls, versions
from watchword.store.functions.aliases import Alias
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import LATEST


def create_alias(call: Call) -> Output:
    """CreateAlias."""
    function, given = current(call), call.input
    alias = Alias(
        function.id,
        given["Name"],
        _existing(call, function, given["FunctionVersion"]),
        given.get("Description", ""),
        new_revision(call),
        _weights(call, function),
    )
    _check_weights(alias)
    try:
        aliases.insert(call.tx, alias)
    except Conflict:
        raise conflict(f"Alias already exists: {function.arn}:{alias.name}") from None
    return described(function, alias)


def get_alias(call: Call) -> Output:
    """GetAlias."""
    function = function_of(call).function
    return described(function, _found(call, function))


def update_alias(call: Call) -> Output:
    """UpdateAlias."""
    function = current(call)
    alias, given, changed = _found(call, function), call.input, dict[str, Any]()
    check_revision(call, alias.revision)
    if "FunctionVersion" in given:
        changed["number"] = _existing(call, function, given["FunctionVersion"])
    if "Description" in given:
        changed["description"] = given["Description"]
    if "RoutingConfig" in given:
        changed["weights"] = _weights(call, function)
    alias = replace(alias, **changed, revision=new_revision(call))
    _check_weights(alias)
    aliases.update(call.tx, alias)
    return described(function, alias)


def delete_alias(call: Call) -> Output:
    """DeleteAlias, with what belongs to it. It succeeds if there is no such alias."""
    function = current(call)
    for alias in aliases.of(call.tx, function.id):
        if alias.name == call.input["Name"]:
            permissions.remove(call.tx, function.id, alias.name)
            event_configs.remove(call.tx, function.id, alias.name)
            urls.remove(call.tx, function.id, alias.name)
            aliases.remove(call.tx, alias)
    return {}


def list_aliases(call: Call) -> Output:
    """ListAliases."""
    function, wanted = function_of(call).function, call.input.get("FunctionVersion")
    start, size = pages.start_of(call), pages.size_of(call)
    every = [described(function, alias) for alias in aliases.of(call.tx, function.id) if alias.name > start]
    fitting = [alias for alias in every if wanted in (None, alias["FunctionVersion"])]
    shown = fitting[:size]
    last = str(shown[-1]["Name"]) if shown else ""
    return {"Aliases": shown, **pages.end(last, more=len(fitting) > size)}


def described(function: Function, alias: Alias) -> Output:
    """AliasConfiguration."""
    shown: dict[str, object] = {
        "AliasArn": f"{function.arn}:{alias.name}",
        "Name": alias.name,
        "FunctionVersion": str(alias.number) if alias.number else LATEST,
        "Description": alias.description,
        "RevisionId": alias.revision,
    }
    if alias.weights:
        weights = {number: float(weight) for number, weight in alias.weights.items()}
        shown["RoutingConfig"] = {"AdditionalVersionWeights": weights}
    return shown


def _found(call: Call, function: Function) -> Alias:
    for alias in aliases.of(call.tx, function.id):
        if alias.name == call.input["Name"]:
            return alias
    raise not_found(f"Cannot find alias arn: {function.arn}:{call.input['Name']}")


def _existing(call: Call, function: Function, version: str) -> int:
    number = version_number(version)
    if number is None or versions.numbered(call.tx, function.id, number) is None:
        raise no_function(f"{function.arn}:{version}")
    return number


def _weights(call: Call, function: Function) -> dict[str, str]:
    given = call.input.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {str(_existing(call, function, number)): str(weight) for number, weight in given.items()}


def _check_weights(alias: Alias) -> None:
    if len(alias.weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if alias.weights and (alias.number == 0 or "0" in alias.weights):
        raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if str(alias.number) in alias.weights:
        raise invalid(f"Function version {alias.number} is already included in routing configuration.")


OPERATIONS: dict[str, Operation] = {
    "CreateAlias": writes(create_alias, on_function("CreateAlias")),
    "GetAlias": reads(get_alias, on_function("GetAlias")),
    "UpdateAlias": writes(update_alias, on_function("UpdateAlias")),
    "DeleteAlias": writes(delete_alias, on_function("DeleteAlias")),
    "ListAliases": reads(list_aliases, on_function("ListAliases")),
}
