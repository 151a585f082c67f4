"""The configuration of a function: what requests may say, how a version keeps it, and how answers show it.

What the server doesn't do is refused, but for values that ask for nothing: `HARMLESS` has them.
Source: AWS Lambda API Reference, CreateFunction, UpdateFunctionConfiguration, FunctionConfiguration;
Developer
Guide, "Lambda quotas", "Defined runtime environment variables"; the texts are those that Lambda answers.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from watchword.facts.credentials import KEYRING
from watchword.functions.platform import PROVIDED, PYTHON
from watchword.identity import environments
from watchword.names import fault
from watchword.services.lambda_.errors import invalid
from watchword.services.operation import Call, Output
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import Version

MOST_ENVIRONMENT = 4096
NO_MORE_THAN = {"Timeout": (1, 900), "MemorySize": (128, 10_240)}
STORAGE = (512, 10_240)
RESERVED = frozenset(
    """
    _HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID
    AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR
    """.split()  # noqa: SIM905 a table of names
)
_NOT_SET = (
    "Lambda was unable to configure your environment variables because the environment variables you "
    "have provided"
)
_NO_DEAD_LETTERS = ""
_DEAD_LETTERS = re.compile(r"(arn:aws[a-z-]*:(sqs|sns):[a-z0-9-]+:\d{12}:.+)?")


def _log_format(value: Mapping[str, Any]) -> bool:
    return value.get("LogFormat", "Text") == "Text" and not (
        {"ApplicationLogLevel", "SystemLogLevel"} & value.keys()
    )


HARMLESS: Mapping[str, Callable[[Any], bool]] = {
    "VpcConfig": lambda value: not any(value.values()),
    "FileSystemConfigs": lambda value: not value,
    "Layers": lambda value: not value,
    "ImageConfig": lambda value: not any(value.values()),
    "KMSKeyArn": lambda value: not value,
    "CodeSigningConfigArn": lambda value: not value,
    "SnapStart": lambda value: value.get("ApplyOn", "None") == "None",
    "TracingConfig": lambda value: value.get("Mode", "PassThrough") == "PassThrough",
    "PackageType": lambda value: value == "Zip",
    "LoggingConfig": _log_format,
    **dict.fromkeys(
        (
            "PublishTo",
            "TenancyConfig",
            "CapacityProviderConfig",
            "DurableConfig",
            "RuntimeConfig",
            "AcceleratorConfig",
        ),
        lambda value: not value,
    ),
}
"""Member -> whether a value of it asks for nothing that isn't there."""


def check(call: Call) -> None:
    """Raises AwsError for what isn't valid, or isn't served."""
    given = call.input
    for member, harmless in HARMLESS.items():
        if member in given and not harmless(given[member]):
            raise fault("NotImplemented", f"{member} is not implemented.")
    for member, (least, most) in NO_MORE_THAN.items():
        _check_range(member, given.get(member), least, most)
    _check_range("EphemeralStorage.Size", given.get("EphemeralStorage", {}).get("Size"), *STORAGE)
    runtime = given.get("Runtime")
    if runtime is not None and runtime not in (*PYTHON, *PROVIDED):
        raise fault("NotImplemented", f"The runtime {runtime} is not implemented.")
    _check_environment(given.get("Environment", {}).get("Variables", {}))
    target = given.get("DeadLetterConfig", {}).get("TargetArn", _NO_DEAD_LETTERS)
    if not _DEAD_LETTERS.fullmatch(target):
        raise invalid(f"The provided dead letter target {target[:200]} is not the ARN of a queue or topic.")


def stored(call: Call, function_id: str) -> dict[str, Any]:
    """The fields of a version that the request says."""
    given, found = call.input, dict[str, Any]()
    for member, name in (
        ("Role", "role"),
        ("Runtime", "runtime"),
        ("Handler", "handler"),
        ("Description", "description"),
        ("Timeout", "timeout"),
        ("MemorySize", "memory"),
    ):
        if member in given:
            found[name] = given[member]
    if "EphemeralStorage" in given:
        found["storage"] = given["EphemeralStorage"]["Size"]
    if "DeadLetterConfig" in given:
        found["dead_letters"] = given["DeadLetterConfig"].get("TargetArn", _NO_DEAD_LETTERS)
    if "Environment" in given:
        variables = given["Environment"].get("Variables", {})
        sealed = environments.seal(variables, function_id, call.world.facts.need(KEYRING))
        found["environment"], found["sealing_key"] = sealed.secret, sealed.sealing_key
    return found


def described(call: Call, function: Function, version: Version, *, qualified: bool) -> Output:
    """FunctionConfiguration. qualified: whether its ARN names the version."""
    qualified = qualified or version.number > 0
    shown: dict[str, object] = {
        "FunctionName": function.name,
        "FunctionArn": f"{function.arn}:{version.name}" if qualified else function.arn,
        "Runtime": version.runtime,
        "Role": version.role,
        "Handler": version.handler,
        "CodeSize": version.code_size,
        "Description": version.description,
        "Timeout": version.timeout,
        "MemorySize": version.memory,
        "LastModified": written(version.modified),
        "CodeSha256": version.code_sha256,
        "Version": version.name,
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": version.revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [version.architecture],
        "EphemeralStorage": {"Size": version.storage},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.name}"},
    }
    if version.dead_letters:
        shown["DeadLetterConfig"] = {"TargetArn": version.dead_letters}
    if version.environment:
        ring = call.world.facts.need(KEYRING)
        variables = environments.open(version.environment, version.function_id, ring)
        shown["Environment"] = {"Variables": variables}
    return shown


def written(moment: datetime) -> str:
    """Lambda's form of times."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


def _check_range(member: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise invalid(f"'{member}' failed to satisfy constraint: Member must be between {least} and {most}")


def _check_environment(variables: Mapping[str, str]) -> None:
    if reserved := sorted(RESERVED & variables.keys()):
        raise invalid(
            f"{_NOT_SET} contains reserved keys that are currently not supported for modification. Reserved "
            f"keys used in this request: {', '.join(reserved)}"
        )
    if any("\0" in value for value in variables.values()):
        raise invalid("Environment variables can't have a NUL character.")
    if sum(len(name.encode()) + len(value.encode()) for name, value in variables.items()) > MOST_ENVIRONMENT:
        raise invalid(f"{_NOT_SET} exceeded the 4KB limit.")
