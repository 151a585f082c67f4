"""Invoke: an event for a function, and its answer.

1. The event is JSON of at most MAX_EVENT bytes, MAX_QUEUED if nobody waits; none is an empty object.
2. DryRun only asks whether the caller may.
3. The function's own errors are answers, which say FunctionError. Errors of the operation mean that it
   didn't run.
4. An event of type Event is put into the store, and answered. The function runs later (`events`).

Source: AWS Lambda API Reference, Invoke; Developer Guide, "Lambda quotas"; the lines of the log are Lambda's.
"""

import base64
import binascii
import math

import msgspec

from watchword.access.caller import ByUrl
from watchword.facts.organizations import STANDING
from watchword.functions import url_payload
from watchword.functions.instance import Ran
from watchword.functions.runtime_api import Invocation
from watchword.functions.url_payload import Addressed, Who
from watchword.names import AwsError, fault
from watchword.services.lambda_.demands import function_of, to_invoke, version_of
from watchword.services.lambda_.errors import invalid, no_function, too_large
from watchword.services.lambda_.events.performing import accept
from watchword.services.lambda_.execution import platform, run
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call, Operation, Output, waits, writes
from watchword.store.functions.events import Event
from watchword.store.functions.versions import Version
from watchword.wire.addressing import hostname

MAX_EVENT = 6 << 20
MAX_QUEUED = 1 << 20
MAX_CONTEXT = 3583
_TAIL = 4096
_MEBIBYTE = 1 << 20


def invoke(call: Call) -> Output:
    """Invoke."""
    fact, version = version_of(call)
    _check_served(call)
    if call.input.get("InvocationType") == "DryRun":
        return {"StatusCode": 204}
    invocation = Invocation(
        call.context.request_id, event_of(call), FunctionName.of(call).arn, client_context(call)
    )
    ran = run(call, fact.function, version, invocation)
    output: dict[str, object] = {
        "StatusCode": 200,
        "ExecutedVersion": version.name,
        "Payload": ran.outcome.payload,
    }
    if ran.outcome.error:
        output["FunctionError"] = ran.outcome.error
    if call.input.get("LogType") == "Tail":
        output["LogResult"] = base64.b64encode(log_of(invocation, version, ran)).decode("ascii")
    return output


def prepare_event(call: Call) -> Event:
    """The event of an invocation of type Event, which can be put into the store."""
    fact, _ = version_of(call)
    _check_served(call)
    platform(call)
    client_context(call)
    qualifier = FunctionName.of(call).qualifier
    function, payload = fact.function, event_of(call, MAX_QUEUED)
    return Event(
        call.context.request_id, function.id, function.account, qualifier, payload, call.now, call.now
    )


def invoke_later(call: Call) -> Output:
    """Invoke, of type Event: rule 4."""
    accept(call, call.prepared)
    return {"StatusCode": 202}


def event_of(call: Call, most: int = MAX_EVENT) -> bytes:
    """Rule 1. Raises AwsError."""
    by_url = call.caller.by_url
    if by_url:
        return of_request(call, by_url)
    event: bytes = call.input.get("Payload") or b"{}"
    if len(event) > most:
        raise too_large(most, "InvokeFunction")
    try:
        event.decode("utf-8")
        msgspec.json.decode(event, type=msgspec.Raw)
    except (ValueError, RecursionError) as wrong:
        said = f"Could not parse request body into json: {wrong}"
        raise AwsError("InvalidRequestContentException", 400, said) from wrong
    return event


def of_request(call: Call, by_url: ByUrl) -> bytes:
    """The event of a request to the function's URL (`functions.url_payload`). Raises AwsError."""
    fact, sent, who = function_of(call), by_url.sent, None
    if fact.function.id != by_url.found.function.id:  # its name has been given to another one
        raise no_function(fact.function.arn)
    caller = call.caller
    if not caller.anonymous:
        standing = call.world.facts.need(STANDING, caller.account).organization
        organization = standing.id if standing else None
        principal = caller.principal
        who = Who(caller.access_key_id, caller.account, principal.userid, principal.arn, organization)
    to = Addressed(by_url.found.url.id, hostname(sent.header("host") or ""), fact.function.account)
    event = (
        b""
        if sent.body.size > MAX_EVENT
        else url_payload.event(sent, to, who, call.context.request_id, call.now)
    )
    if not event or len(event) > MAX_EVENT:
        raise too_large(MAX_EVENT, "InvokeFunctionUrl")
    return event


def client_context(call: Call) -> str:
    """The JSON that a client says of itself, fit for a header."""
    given = call.input.get("ClientContext", "")
    if not given:
        return ""
    try:
        text = base64.b64decode(given, validate=True)
        context = msgspec.json.decode(text, type=dict[str, object])
    except (binascii.Error, ValueError, RecursionError):
        raise invalid("Client context must be a valid Base64-encoded JSON object.") from None
    if len(given) > MAX_CONTEXT:
        raise invalid(f"Client context must be no longer than {MAX_CONTEXT} bytes.")
    return ascii_json(context)


def ascii_json(value: object) -> str:
    """JSON without characters that a header can't have."""
    import json  # noqa: PLC0415 msgspec doesn't escape

    return json.dumps(value, separators=(",", ":"))


def log_of(invocation: Invocation, version: Version, ran: Ran) -> bytes:
    """The end of the log of an invocation."""
    number, spent = invocation.request_id, ran.seconds * 1000
    lines = (
        f"END RequestId: {number}\n"
        f"REPORT RequestId: {number}\tDuration: {spent:.2f} ms\tBilled Duration: {math.ceil(spent)} ms\t"
        f"Memory Size: {version.memory} MB\tMax Memory Used: {math.ceil(ran.memory / _MEBIBYTE)} MB\t"
    )
    if ran.started is not None:
        lines += f"Init Duration: {ran.started * 1000:.2f} ms\t"
    start = f"START RequestId: {number} Version: {version.name}\n"
    written = ran.tail + (b"" if ran.tail.endswith(b"\n") or not ran.tail else b"\n")
    return (start.encode() + written + lines.encode() + b"\n")[-_TAIL:]


def _check_served(call: Call) -> None:
    if call.input.get("DurableExecutionName") or call.input.get("TenantId"):
        raise fault("NotImplemented", "Durable executions and tenants are not implemented.")


_LATER = writes(invoke_later, to_invoke, prepare=prepare_event)


def _row_of(call: Call) -> Operation | None:
    return _LATER if call.input.get("InvocationType") == "Event" else None


OPERATIONS: dict[str, Operation] = {
    "Invoke": waits(invoke, to_invoke, variant=_row_of),
}
