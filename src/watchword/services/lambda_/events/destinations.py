"""Where the records of events go: to functions and buckets; what is for anything else stays here.

1. Lambda sends a record in the function's execution role, which must be allowed to.
2. A record that its destination doesn't get is kept as a dead letter, with the reason. So is every one for
   services that aren't served: queues, topics and event buses.

Source: AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
"""

import uuid
from collections.abc import Callable

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.names import Arn, AwsError, Body
from watchword.services.lambda_.demands import SERVICE
from watchword.services.lambda_.errors import invalid
from watchword.services.lambda_.execution import assume
from watchword.services.operation import Call
from watchword.store.functions.dead_letters import DeadLetter
from watchword.store.functions.functions import Function

ANY, ON_FAILURE = ("lambda", "sqs", "sns", "events"), ("lambda", "sqs", "sns", "events", "s3")
_AS_ROLE = Via(invoked_by=SERVICE)

Send = Callable[[Call, Caller, Function, Arn, bytes], object]


def check(destination: str, allowed: tuple[str, ...]) -> None:
    """Raises InvalidParameterValueException for what can't be a destination of that condition."""
    if destination and _service(destination) not in allowed:
        raise invalid(f"The destination ARN {destination[:350]} is invalid.")


def deliver(
    call: Call, function: Function, role: str, event_id: str, destination: str, body: bytes
) -> tuple[DeadLetter, ...]:
    """Sends a record to a destination. What it didn't get is returned. role: in which it is sent."""
    try:
        _send(call, function, role, destination, body)
    except AwsError as refused:
        reason = f"{refused.code}: {refused.said or refused.meant}"
        letter = DeadLetter(function.account, call.now, function.arn, event_id, destination, reason, body)
        return (letter,)
    return ()


def _send(call: Call, function: Function, role: str, destination: str, body: bytes) -> None:
    send = SENDS.get(_service(destination))
    if send is None:
        raise AwsError("NotImplemented", 501, f"{_service(destination)} is not served here")
    credentials = assume(call, role, function.arn, function.account, function.name)
    session = call.world.facts.session(credentials["SessionToken"])
    caller = Caller(session.principal, session.access_key_id, session)
    send(call, caller, function, Arn.parse(destination), body)


def _invoke(call: Call, caller: Caller, _function: Function, to: Arn, body: bytes) -> object:
    given = {"FunctionName": str(to), "InvocationType": "Event", "Payload": body}
    return call.act(caller, ("lambda", "Invoke"), given, _AS_ROLE)


def _put(call: Call, caller: Caller, function: Function, to: Arn, body: bytes) -> object:
    number = uuid.UUID(bytes=call.world.randomness(16), version=4)
    key = f"aws/lambda/async/{function.name}/{call.now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{number}"
    given = {"Bucket": to.resource, "Key": key, "Body": Body(body), "ContentType": "application/json"}
    return call.act(caller, ("s3", "PutObject"), given, _AS_ROLE)


def _service(destination: str) -> str:
    try:
        return Arn.parse(destination).service
    except ValueError:
        return ""


SENDS: dict[str, Send] = {"lambda": _invoke, "s3": _put}
"""How a record is sent to a service."""
