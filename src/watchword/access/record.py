"""One audit event per answer, in CloudTrail's event format.

Refused and broken requests are recorded like any other, with what was known when they ended. The
decision is in `additionalEventData.decisions`, made from the same object as the words of the refusal.

1. No secret is in a record: the operation's model decides what is shown of its input and output
   (`watchword.wire.audit_view`).
2. No request can hide in a record: what is too long is cut and says so (`watchword.wire.audit_text`).
3. The record of a stranger who was allowed nothing is small, whatever the request: its texts are cut at
   STRANGERS_TEXT characters, and input, output and decisions are each left out beyond STRANGERS_PART bytes.
   A stranger is a caller without an account: anonymous, or not proved.

Source: AWS CloudTrail User Guide, "CloudTrail record contents".
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from watchword.access.demand import Demand
from watchword.access.request_log import RequestLog
from watchword.access.user_identity import STRANGERS_TEXT, user_identity
from watchword.identity.saml_attributes import VouchedBySaml
from watchword.installation.operator_events import EVENT_VERSION
from watchword.names import Principal
from watchword.names.moment import iso
from watchword.names.principal import Saml, Service, WebIdentity
from watchword.policy import Decision, explain
from watchword.policy.evaluation.decision import message
from watchword.policy.evaluation.entries import Cited
from watchword.policy.evaluation.explain import allowed_as_json, as_json
from watchword.store.refusal_counts import Refused
from watchword.wire.audit_text import LONGEST_TEXT, cut, cut_all

Json = dict[str, Any]

COUNTED = "RefusedRequests"
"""Name and type of the events of refusals that have none of their own."""
STRANGERS_PART = 2048
_REMEMBERED = 1024
_SIGNATURES: dict[str, Json] = {
    "": {},
    "SigV4": {"signatureVersion": "SigV4"},
    "SigV2": {"signatureVersion": "SigV2", "weak": True},
    "X.509": {"signatureVersion": "X.509"},
}
_WITHOUT_ACCOUNT = (Service, WebIdentity, Saml)


class Event(Struct, frozen=True, rename="camel"):
    """An event, in the order in which CloudTrail writes it; what is UNSET isn't written."""

    event_version: str
    user_identity: Json | Raw
    event_time: str
    event_source: str
    event_name: str
    aws_region: str
    source: str = field(name="sourceIPAddress")
    user_agent: str
    request_parameters: Json | None
    response_elements: Json | None
    """Only of operations that create or change something."""
    request_id: str = field(name="requestID")
    event_id: str = field(name="eventID")
    read_only: bool
    event_type: str
    management_event: bool
    recipient_account_id: str
    event_category: str
    error_code: str | UnsetType = UNSET
    error_message: str | UnsetType = UNSET
    additional_event_data: Json | UnsetType = UNSET
    service_event_details: Json | UnsetType = UNSET
    """Of events that aren't calls: how it went."""


def record(log: RequestLog) -> Event:
    """The event of a request."""
    operation, traits, error = log.operation, log.traits, log.error
    stranger, service = log.of_stranger, _service(log)
    longest = STRANGERS_TEXT if stranger else LONGEST_TEXT
    given = (operation and operation.audit_input(log.input)) or None
    made, additional = _response_elements(log), _additional(log, longest)
    if stranger:
        given, made, additional = _short(given), _short(made), _with_short_decisions(additional)
    return Event(
        # In their order: with more than fifteen by name, Python makes a dictionary of them for the call.
        EVENT_VERSION,
        user_identity(log),
        iso(log.now),
        operation.service.event_source if operation else "unknown.amazonaws.com",
        operation.name if operation else "Unknown",
        cut(log.region, longest),
        service or log.request.peer,  # a service that makes a call has no address
        service or cut(log.request.joined("user-agent"), longest),
        given,
        made,
        request_id=log.request_id,
        event_id=log.request_id,
        read_only=traits.reads_only,
        event_type="AwsApiCall",
        management_event=not traits.data_event,
        recipient_account_id=_account(log),
        event_category="Data" if traits.data_event else "Management",
        error_code=error.code if error else UNSET,
        error_message=cut(error.said, longest) if error else UNSET,
        additional_event_data=additional or UNSET,
    )


def counted(refused: Refused, count: int, event_id: str, now: datetime) -> Json:
    """The event of refusals that have none of their own, but for what differs from one to another."""
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"type": "Unknown"},
        "eventTime": iso(now),
        "eventSource": "watchword",
        "eventName": COUNTED,
        "awsRegion": "",
        "sourceIPAddress": refused.source,
        "userAgent": "",
        "requestParameters": None,
        "responseElements": None,
        "requestID": event_id,
        "eventID": event_id,
        "readOnly": True,
        "eventType": COUNTED,
        "managementEvent": False,
        "recipientAccountId": "",
        "eventCategory": "Data",
        "errorCode": refused.code,
        "additionalEventData": {"count": count},
    }


def _response_elements(log: RequestLog) -> Json | None:
    if log.operation is None or log.traits.reads_only:
        return None
    return log.operation.audit_output(log.output, mints=log.traits.mints) or None


def _account(log: RequestLog) -> str:
    """The caller's account; the resource's where the caller has none, like a service or a web identity."""
    if log.caller is None:
        return ""
    if type(log.caller.principal) in _WITHOUT_ACCOUNT and log.demands:
        return log.demands[0].account
    return log.caller.account


def _service(log: RequestLog) -> str:
    """The service that made the call, for itself or for its caller; empty for none."""
    principal = log.caller.principal if log.caller else None
    return log.via.service or (principal.name if type(principal) is Service else "")


def _additional(log: RequestLog, longest: int) -> Json:
    """What CloudTrail's format has no member for."""
    additional: dict[str, Any] = {**_SIGNATURES[log.signature]}
    if log.error and log.error.meant:
        additional["meant"] = cut(log.error.meant, longest)
    if log.message:
        additional["authorizationMessage"] = log.message
    if log.caller and isinstance(log.caller.vouched, VouchedBySaml):
        additional["sAMLAssertionID"] = cut(log.caller.vouched.assertion_id, longest)
    if log.decisions:
        additional["decisions"] = list(map(_decision, log.demands, log.decisions))
    return additional


def _with_short_decisions(additional: Json) -> Json:
    decisions = additional.get("decisions")
    short = _short(decisions)
    return additional if short is decisions else additional | {"decisions": [short]}


def _decision(demand: Demand, decision: Decision) -> Json | Raw:
    """With its reasons, unless nothing depended on it.

    Reasons of a refusal, and conditions that hold, can quote what was sent.
    """
    if decision.allowed and not any(each.rule.statement.conditions for each in decision.matches):
        request = decision.request
        asked = request.principal, request.action, request.resource, request.resource_account
        return _allowed(*asked, decision.matches)
    if decision.allowed or not demand.optional:
        told: dict[str, Any] = cut_all(as_json(explain(decision)))
        return told
    return {
        "decision": decision.verdict.value,
        "action": demand.action,
        "resource": demand.resource,
        "optional": True,
        "message": cut(message(decision)),
    }


# Cached: it is the same in all records of a request that is made again and again.
@lru_cache(_REMEMBERED)
def _allowed(
    principal: Principal, action: str, resource: str, owner: str | None, matches: tuple[Cited, ...]
) -> Raw:
    return Raw(msgspec.json.encode(allowed_as_json(principal, action, resource, owner, matches)))


def _short(part: Any) -> Any:  # noqa: ANN401 any JSON
    """Rule 3: what is large is replaced by its size and SHA-256."""
    text = msgspec.json.encode(part)
    if len(text) <= STRANGERS_PART:
        return part
    return {"omitted": True, "bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
