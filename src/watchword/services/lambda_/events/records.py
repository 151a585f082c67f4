"""What a destination is told of an event that is done.

Source: AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
"""

import json
from datetime import datetime

import msgspec

from watchword.services.lambda_.events.retries import Attempt
from watchword.store.functions.events import Event
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import LATEST

MOST_RESPONSE = 1 << 20
"""Bytes of a response that a record has. A longer one is left out, as for destinations of that limit."""
MOST_MESSAGE = 1024


def record(
    event: Event, function: Function, condition: str, count: int, attempt: Attempt | None, at: datetime
) -> bytes:
    """The invocation record. count: how often the function ran. attempt: the last one, if there was one."""
    document: dict[str, object] = {
        "version": "1.0",
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
        "requestContext": {
            "requestId": event.id,
            "functionArn": f"{function.arn}:{event.qualifier or LATEST}",
            "condition": condition,
            "approximateInvokeCount": count,
        },
        "requestPayload": msgspec.Raw(event.payload),
    }
    if attempt:
        context: dict[str, object] = {"statusCode": attempt.status}
        if attempt.version:
            context["executedVersion"] = attempt.version
        if attempt.error:
            context["functionError"] = attempt.error
        document["responseContext"] = context
        if len(attempt.payload) <= MOST_RESPONSE:
            document["responsePayload"] = _json(attempt.payload)
    return msgspec.json.encode(document)


def dead_letter(event: Event, attempt: Attempt | None) -> bytes:
    """The event as it came, with the attributes of a message to a dead letter queue."""
    attributes = {
        "RequestID": event.id,
        "ErrorCode": str(attempt.status) if attempt else "",
        "ErrorMessage": _message(attempt.payload) if attempt else "",
    }
    document = {"body": msgspec.Raw(event.payload), "attributes": attributes}
    return msgspec.json.encode(document)


def _json(payload: bytes) -> object:
    """A payload as JSON; a program of one's own may answer with something else, which is text then."""
    try:
        msgspec.json.decode(payload, type=msgspec.Raw)
        payload.decode()
    except (ValueError, RecursionError):
        return payload.decode(errors="replace")
    return msgspec.Raw(payload)


def _message(payload: bytes) -> str:
    try:
        found = json.loads(payload).get("errorMessage", "")
    except (ValueError, RecursionError, AttributeError):
        return ""
    return str(found)[:MOST_MESSAGE]
