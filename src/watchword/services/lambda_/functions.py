"""Functions: create, read, update, delete.

Creating one needs a role that Lambda may assume. That is tried, by the role's own trust policy, before
anything
is changed. A change of code or configuration changes the revision, so no instance of the old one is used
again.
Source: AWS Lambda API Reference, CreateFunction and its siblings.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from watchword.identity import tags as tag_rules
from watchword.names import nouns
from watchword.services.lambda_ import code, configuration, pages
from watchword.services.lambda_.code import Code
from watchword.services.lambda_.configuration import described
from watchword.services.lambda_.demands import (
    found,
    function_of,
    on_everything,
    on_function,
    request_tags,
    version_of,
    with_role,
)
from watchword.services.lambda_.errors import changed_meanwhile, conflict, invalid, no_function
from watchword.services.lambda_.execution import check_role, platform
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Conflict, tags
from watchword.store.functions import (
    aliases,
    event_configs,
    events,
    functions,
    permissions,
    urls,
    versions,
)
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import Version

_NEEDED = ("Runtime", "Handler")
_TAG_ERROR = "InvalidParameterValueException"
_PUBLISHED = (
    *("role", "runtime", "handler", "description", "timeout", "memory", "storage", "architecture"),
    *("environment", "dead_letters", "code_sha256"),
)
"""What must have changed for there to be something to publish."""
DEFAULTS: dict[str, Any] = {
    "description": "",
    "timeout": 3,
    "memory": 128,
    "storage": 512,
    "environment": b"",
    "sealing_key": "",
    "dead_letters": "",
}
ARCHITECTURES = ["x86_64"]


def prepare_creation(call: Call) -> Code:
    """What takes long: reading the package. And what can't be undone: the decision of the role."""
    platform(call)
    named = FunctionName.of(call)
    if named.qualifier or named.account != call.account:
        raise invalid(f"{call.input['FunctionName'][:140]} is not the name of a function of this account.")
    if any(not call.input.get(member) for member in _NEEDED):
        raise invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    configuration.check(call)
    if found(call, named) is not None:
        raise conflict(f"Function already exist: {named.name}")
    tag_rules.read(nouns.FUNCTION, _tags(call), _TAG_ERROR)
    check_role(call, call.input["Role"], named)
    return code.keep(call, call.input["Code"])


def create_function(call: Call) -> Output:
    """CreateFunction."""
    named, kept = FunctionName.of(call), call.prepared
    function_id = call.world.randomness(16).hex()
    function = Function(function_id, named.account, named.region, named.name, call.now, named.partition)
    latest = Version(
        **DEFAULTS | configuration.stored(call, function_id),
        function_id=function_id,
        number=0,
        architecture=call.input.get("Architectures", ARCHITECTURES)[0],
        blob=kept.blob,
        code_sha256=kept.sha256,
        code_size=kept.size,
        modified=call.now,
        revision=new_revision(call),
    )
    code.check_total(call, function.account, function.region, kept.size)
    try:
        functions.insert(call.tx, function)
    except Conflict:
        raise conflict(f"Function already exist: {named.name}") from None
    versions.insert(call.tx, latest)
    tags.put(call.tx, nouns.FUNCTION, function_id, tag_rules.read(nouns.FUNCTION, _tags(call), _TAG_ERROR))
    shown = publish(call, function, latest) if call.input.get("Publish") else latest
    return described(call, function, shown, qualified=False)


def get_function(call: Call) -> Output:
    """GetFunction, without a place to load the package from."""
    fact, version = version_of(call)
    output: dict[str, object] = {
        "Configuration": described(call, fact.function, version, qualified=_is_qualified(call)),
        "Code": {"RepositoryType": "S3"},
    }
    if fact.tags:
        output["Tags"] = dict(fact.tags)
    if fact.function.reserved is not None:
        output["Concurrency"] = {"ReservedConcurrentExecutions": fact.function.reserved}
    return output


def get_function_configuration(call: Call) -> Output:
    """GetFunctionConfiguration."""
    fact, version = version_of(call)
    return described(call, fact.function, version, qualified=_is_qualified(call))


def list_functions(call: Call) -> Output:
    """ListFunctions: $LATEST of each, or all versions of each."""
    if call.input.get("MasterRegion"):
        raise invalid("MasterRegion is not supported.")
    size = pages.size_of(call)
    there, more = functions.page(
        call.tx, call.account, call.context.region, after=pages.start_of(call), limit=size
    )
    every = call.input.get("FunctionVersion") == "ALL"
    shown = [
        described(call, function, version, qualified=every)
        for function in there
        for version in _versions(call, function, every=every)
    ]
    return {"Functions": shown, **pages.end(there[-1].name if there else "", more=more)}


def prepare_code(call: Call) -> Code:
    """Reads the new package."""
    platform(call)
    function_of(call)
    return code.keep(call, call.input)


def update_function_code(call: Call) -> Output:
    """UpdateFunctionCode."""
    function, latest, kept = *_latest(call), call.prepared
    changed = replace(
        latest,
        blob=kept.blob,
        code_sha256=kept.sha256,
        code_size=kept.size,
        architecture=call.input.get("Architectures", [latest.architecture])[0],
    )
    code.check_total(call, function.account, function.region, kept.size)
    if call.input.get("DryRun"):
        return described(call, function, changed, qualified=False)
    changed = _changed(call, changed)
    shown = publish(call, function, changed) if call.input.get("Publish") else changed
    return described(call, function, shown, qualified=False)


def prepare_configuration(call: Call) -> None:
    """Checks what is given, and that Lambda may assume a new role."""
    configuration.check(call)
    function_of(call)
    if "Role" in call.input:
        check_role(call, call.input["Role"], FunctionName.of(call))


def update_function_configuration(call: Call) -> Output:
    """UpdateFunctionConfiguration."""
    function, latest = _latest(call)
    changed = _changed(call, replace(latest, **configuration.stored(call, function.id)))
    return described(call, function, changed, qualified=False)


def delete_function(call: Call) -> Output:
    """DeleteFunction: one version, or all of it."""
    named, function = FunctionName.of(call), function_of(call).function
    if not named.qualifier:
        remove(call, function)
        return {}
    if not named.number:
        raise invalid("$LATEST version cannot be deleted without deleting the function.")
    _refuse_aliased(call, function, named.number)
    if version := versions.numbered(call.tx, function.id, named.number):
        permissions.remove(call.tx, function.id, version.name)
        event_configs.remove(call.tx, function.id, version.name)
        versions.remove(call.tx, version)
    return {}


def _refuse_aliased(call: Call, function: Function, number: int) -> None:
    for alias in aliases.of(call.tx, function.id):
        if number == alias.number or str(number) in alias.weights:
            raise conflict(f"Version {number} of function {function.name} has alias {alias.name}.")


def remove(call: Call, function: Function) -> None:
    """Removes a function and all that belongs to it."""
    for belonging in (events, event_configs, urls, aliases, permissions, versions):
        belonging.remove_all(call.tx, function.id)
    tags.remove_all(call.tx, nouns.FUNCTION, function.id)
    functions.remove(call.tx, function)


def publish(call: Call, function: Function, latest: Version) -> Version:
    """A version that is $LATEST as it is now: a new one, unless nothing changed since the last."""
    last = versions.numbered(call.tx, function.id, function.published) if function.published else None
    if last and all(getattr(last, name) == getattr(latest, name) for name in _PUBLISHED):
        return last
    number = functions.publish(call.tx, function)
    version = replace(latest, number=number, modified=call.now, revision=new_revision(call))
    versions.insert(call.tx, version)
    return version


def new_revision(call: Call) -> str:
    return str(UUID(bytes=call.world.randomness(16), version=4))


def check_revision(call: Call, current: str) -> None:
    """Raises PreconditionFailedException when the caller knows another revision."""
    if call.input.get("RevisionId", current) != current:
        raise changed_meanwhile()


def current(call: Call) -> Function:
    """The function that was decided on, as it is now. Raises ResourceNotFoundException when it is gone."""
    decided = function_of(call).function
    function = functions.by_id(call.tx, decided.id)
    if function is None:
        raise no_function(decided.arn)
    return function


def _latest(call: Call) -> tuple[Function, Version]:
    function = current(call)
    latest = versions.numbered(call.tx, function.id, 0)
    if latest is None:
        raise no_function(function.arn)
    check_revision(call, latest.revision)
    return function, latest


def _changed(call: Call, version: Version) -> Version:
    version = replace(version, modified=call.now, revision=new_revision(call))
    versions.update(call.tx, version)
    return version


def _versions(call: Call, function: Function, *, every: bool) -> list[Version]:
    return versions.page(call.tx, function.id, after=-1, limit=1_000 if every else 1)[0]


def _is_qualified(call: Call) -> bool:
    return bool(FunctionName.of(call).qualifier)


def _tags(call: Call) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in (call.input.get("Tags") or {}).items()]


OPERATIONS: dict[str, Operation] = {
    "CreateFunction": writes(
        create_function,
        with_role("CreateFunction", request_tags),
        prepare=prepare_creation,
    ),
    "GetFunction": reads(get_function, on_function("GetFunction")),
    "GetFunctionConfiguration": reads(get_function_configuration, on_function("GetFunctionConfiguration")),
    "ListFunctions": reads(list_functions, on_everything("ListFunctions")),
    "UpdateFunctionCode": writes(
        update_function_code,
        on_function("UpdateFunctionCode"),
        prepare=prepare_code,
    ),
    "UpdateFunctionConfiguration": writes(
        update_function_configuration,
        with_role("UpdateFunctionConfiguration"),
        prepare=prepare_configuration,
    ),
    "DeleteFunction": writes(delete_function, on_function("DeleteFunction")),
}
