"""Running a function under its role.

1. The platform assumes the function's role, as lambda.amazonaws.com: the role's trust policy decides, with
   the function's ARN as aws:SourceArn. This is the same decision, and the same record, as any other
   AssumeRole.
2. The credentials are in the environment before the function's first line runs. They can't be replaced
   there, so an instance is used only as long as they outlast the longest invocation, and as long as the
   role is the same one, trusts as it did then, and its session isn't revoked.
3. A role that doesn't trust Lambda, or is gone, ends the invocation with AccessDeniedException; the record
   of the refused AssumeRole says why.

Source: AWS Lambda Developer Guide, "Defining Lambda function permissions with an execution role", "Working
with Lambda environment variables"; IAM User Guide, aws:SourceArn.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.facts.credentials import KEYRING, REVOCATIONS
from watchword.facts.entities import ROLE
from watchword.functions.instance import Instance, Ran
from watchword.functions.platform import PYTHON, Plan, Platform
from watchword.functions.pool import Key, TooManyError
from watchword.functions.runtime_api import Invocation
from watchword.functions.sandbox.launch import CannotLaunchError
from watchword.identity import environments
from watchword.names import AwsError
from watchword.names.principal import Service
from watchword.services.lambda_ import code
from watchword.services.lambda_.demands import SERVICE, role_of
from watchword.services.lambda_.errors import CANNOT_ASSUME, invalid, off, too_many
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call
from watchword.sessions import revocation
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import Version

BEFORE_EXPIRY = timedelta(minutes=5)
"""How long credentials last beyond the longest invocation that may begin with them."""
_MOST_SESSION_NAME = 64
_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/bin"


class Held(Struct, frozen=True):
    """The credentials of an instance, and the role as it was when they were made."""

    token: str
    expires: datetime
    role_id: str
    trust: str


def platform(call: Call) -> Platform:
    """Where functions run. Raises NotImplemented when they are off."""
    if call.world.functions is None:
        raise off()
    return call.world.functions


def check_role(call: Call, role: str, named: FunctionName) -> None:
    """Raises InvalidParameterValueException unless Lambda may assume the role for that function."""
    role_of(role)
    try:
        assume(call, role, named.unqualified, named.account, named.name)
    except AwsError as refused:
        raise _as_ours(refused, invalid(CANNOT_ASSUME, _why(refused))) from refused


def run(call: Call, function: Function, version: Version, invocation: Invocation) -> Ran:
    """Runs an invocation of that version. Raises AwsError when the function doesn't get to run."""
    where = platform(call)
    key = Key(function.account, function.id, f"{version.number} {version.revision}")
    start = partial(_start, call, where, function, version)
    try:
        return where.pool.run(key, function.reserved, start, invocation, partial(_holds, call, version))
    except TooManyError as limit:
        raise too_many(limit.reason) from limit
    except CannotLaunchError as failed:
        raise AwsError("ServiceException", 500, "The function could not be started.", str(failed)) from failed


def _start(call: Call, where: Platform, function: Function, version: Version) -> Instance:
    try:
        credentials = assume(call, version.role, function.arn, function.account, function.name)
    except AwsError as refused:  # 3.
        denied = AwsError("AccessDeniedException", 403, CANNOT_ASSUME, _why(refused))
        raise _as_ours(refused, denied) from refused
    folder = where.unpacked(
        version.blob.replace("/", "-"), code.archive(call, version.blob, version.code_size)
    )
    return where.start(
        Plan(
            folder,
            version.handler if version.runtime in PYTHON else "",
            _environment(call, function, version, credentials),
            version.memory,
            version.storage,
            version.timeout,
            _held(call, version, credentials),
        )
    )


def assume(call: Call, role: str, arn: str, account: str, name: str) -> dict[str, Any]:
    """Rule 1: the credentials of the function of that ARN, account and name, as STS answers them."""
    given = {"RoleArn": role, "RoleSessionName": name[:_MOST_SESSION_NAME]}
    via = Via(source_arn=arn, source_account=account, invoked_by=SERVICE)
    answer: Any = call.act(Caller(Service(SERVICE)), ("sts", "AssumeRole"), given, via)
    credentials: dict[str, Any] = answer["Credentials"]
    return credentials


def _why(refused: AwsError) -> str:
    """For the operator: the words of the decision, and which record has it."""
    return f"{refused.said} (watchword explain {refused.request_id})"


def _as_ours(refused: AwsError, ours: AwsError) -> AwsError:
    """A refusal in Lambda's words; anything else, such as a full disk, as it is."""
    return ours if refused.code in ("AccessDenied", "ValidationError") else refused


def _held(call: Call, version: Version, credentials: dict[str, Any]) -> Held:
    arn = role_of(version.role)
    found = call.world.facts.get(ROLE, arn.account, arn.name)
    role = (found.role.id, found.role.trust) if found else ("", "")
    return Held(credentials["SessionToken"], credentials["Expiration"], *role)


def _holds(call: Call, version: Version, held: object) -> bool:
    """Rule 2: whether an instance that has these credentials can run another invocation."""
    assert isinstance(held, Held)
    facts, arn = call.world.facts, role_of(version.role)
    needed = call.now + timedelta(seconds=version.timeout) + BEFORE_EXPIRY
    found = facts.get(ROLE, arn.account, arn.name)
    if (
        held.expires < needed
        or found is None
        or (found.role.id, found.role.trust) != (held.role_id, held.trust)
    ):
        return False
    session = facts.session(held.token)
    return not revocation.covers(facts.need(REVOCATIONS, session.account), session)


def _environment(
    call: Call, function: Function, version: Version, credentials: dict[str, Any]
) -> dict[str, str]:
    """The function's own variables, and those of the platform, which win."""
    ring, stream = call.world.facts.need(KEYRING), call.world.randomness(16).hex()
    return {
        "PATH": _PATH,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        **environments.open(version.environment, function.id, ring),
        "_HANDLER": version.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{version.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": version.name,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{call.now:%Y/%m/%d}/[{version.name}]{stream}",
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
