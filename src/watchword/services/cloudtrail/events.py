"""LookupEvents: the events of the caller's account, newest first.

1. Attributes are joined by AND; AWS takes only one.
2. There are four attributes of our own (`reference.additions`), to find refusals: ErrorCode, ErrorMessage,
   Principal (a part of the caller's ARN) and Action (of a decision). The last two take `*` and `?`.
3. Data events are among the events, so that a refused GetObject is found. AWS has them in trails only.
4. Few searches run at once (`World.looking`). Another one is refused with Throttling, and SDKs try it again.
5. A page can have fewer events than MaxResults, and still not be the last (`access.event_pages`).
6. A token is bound to nothing: it says where to go on, and the events are the caller's account's anyway.

Source: AWS CloudTrail API Reference, LookupEvents, LookupAttribute, Event.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from watchword.access import Demand
from watchword.access.event_pages import Event, Looked, Position, event_of, page
from watchword.names import AwsError
from watchword.names.moment import iso
from watchword.policy.language.match import glob, is_wild
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.page_positions import position_in, token_of

PAGE = 50
_LATEST = "~"
Test = Callable[[Event], bool]


def lookup_events(call: Call) -> Output:
    """LookupEvents."""
    if "EventCategory" in call.input:
        return {"Events": []}  # of insights: there are none
    given = [
        (each["AttributeKey"], each["AttributeValue"]) for each in call.input.get("LookupAttributes", ())
    ]
    tests = [_test(key, value) for key, value in given]

    def wanted(event: Event) -> bool:
        return all(test(event) for test in tests)

    with call.world.looking:
        request_id = dict(given).get("EventId")
        looked = Looked(wanted, *_times(call))
        if request_id:
            event = event_of(call.world, call.account, request_id)
            return {"Events": [_shown(event)] if event and looked.takes(event) else []}
        found = page(call.world, call.account, looked, call.input.get("MaxResults", PAGE), _position(call))
    output: dict[str, object] = {"Events": [_shown(each) for each in found.events]}
    if found.position is not None:
        output["NextToken"] = token_of(msgspec.json.encode(found.position).decode())
    return output


def to_look_up(call: Call) -> tuple[Demand, ...]:
    return (Demand("cloudtrail:LookupEvents", "*", call.account),)


def _times(call: Call) -> tuple[str, str]:
    start, end = call.input.get("StartTime"), call.input.get("EndTime")
    if start and end and start > end:
        raise AwsError("InvalidTimeRangeException", 400, "The start time is after the end time.")
    return (iso(start) if start else "", iso(end) if end else _LATEST)


def _position(call: Call) -> Position | None:
    text = position_in(call.input.get("NextToken"))
    if text == "":
        return None
    try:
        return msgspec.json.decode(text or "", type=Position)
    except ValueError:
        raise AwsError("InvalidNextTokenException", 400, "The token isn't one of a page of events.") from None


# Which events


def _test(key: str, value: str) -> Test:
    return _TESTS[key](value)


def _equal(read: Callable[[Event], object]) -> Callable[[str], Test]:
    return lambda value: lambda event: read(event) == value


def _error_code(value: str) -> Test:
    """Services write a code with and without Exception at its end."""
    return lambda event: event.get("errorCode") in {value, f"{value}Exception"}


def _principal(value: str) -> Test:
    """A part of the ARN, or a pattern of the whole."""
    matches = glob(value if is_wild(value) else f"*{value}*")
    return lambda event: matches(_arn(event))


def _action(value: str) -> Test:
    matches = glob(value.lower())
    return lambda event: any(matches(each.lower()) for each in _asked(event, "action"))


def _asked(event: Event, member: str) -> list[str]:
    decisions = event.get("additionalEventData", {}).get("decisions", [])
    return [each[member] for each in decisions if member in each]


def _identity(event: Event) -> Mapping[str, Any]:
    identity: Mapping[str, Any] = event.get("userIdentity", {})
    return identity


def _arn(event: Event) -> str:
    return str(_identity(event).get("arn") or _identity(event).get("principalId", ""))


def _user_name(event: Event) -> str:
    """A user's name, or that of a session."""
    return str(_identity(event).get("userName") or _arn(event).rpartition("/")[2])


def _read_only(event: Event) -> str:
    return "true" if event.get("readOnly") else "false"


_TESTS: Mapping[str, Callable[[str], Test]] = {
    "EventId": _equal(lambda event: event.get("eventID")),
    "EventName": _equal(lambda event: event.get("eventName")),
    "EventSource": _equal(lambda event: event.get("eventSource")),
    "ReadOnly": _equal(_read_only),
    "Username": _equal(_user_name),
    "AccessKeyId": _equal(lambda event: _identity(event).get("accessKeyId")),
    "ResourceName": lambda value: lambda event: value in _asked(event, "resource"),
    "ResourceType": lambda _value: lambda _event: False,  # no event says of which type a resource is
    "ErrorCode": _error_code,
    "ErrorMessage": _equal(lambda event: event.get("errorMessage")),
    "Principal": _principal,
    "Action": _action,
}


# How they are shown


def _shown(event: Event) -> Output:
    """Event."""
    resources = [{"ResourceName": each} for each in dict.fromkeys(_asked(event, "resource")) if each != "*"]
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "ReadOnly": _read_only(event),
        "AccessKeyId": _identity(event).get("accessKeyId", ""),
        "EventTime": datetime.fromisoformat(event["eventTime"]),
        "EventSource": event["eventSource"],
        "Username": _user_name(event),
        "Resources": resources,
        "CloudTrailEvent": msgspec.json.encode(event).decode(),
    }


OPERATIONS: dict[str, Operation] = {"LookupEvents": reads(lookup_events, to_look_up)}
