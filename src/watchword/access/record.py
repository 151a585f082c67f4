"""One audit event per answer, in CloudTrail's event format.

Refused and broken requests are recorded like any other, with what was known when they ended. The
decision stands in `additionalEventData.decisions`, from the very object the refusal was worded from.
Members in HIDDEN never reach a record, wherever they stand in a request or an answer.
Source: AWS CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element".
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from watchword.access.demand import Demand
from watchword.access.request_log import RequestLog
from watchword.names import Principal
from watchword.names.moment import iso
from watchword.names.principal import PRINCIPAL_TYPES, RoleSession, Root, User
from watchword.policy import Decision, explain
from watchword.policy.evaluation.decision import message
from watchword.policy.evaluation.explain import as_json
from watchword.sessions.session import Session, moment

HIDDEN = frozenset(
    {
        "SecretAccessKey",
        "SessionToken",
        "TokenCode",
        "Password",
        "OldPassword",
        "NewPassword",
        "WebIdentityToken",
        "SAMLAssertion",
        "PrivateKey",
        "SSECustomerKey",
        "CopySourceSSECustomerKey",
    }
)
MASK = "HIDDEN_DUE_TO_SECURITY_REASONS"
EVENT_VERSION = "1.11"
LONGEST_VALUE = 4096
"""Characters kept of one text value."""
_REMEMBERED_NAMES = 1024
_SIGNATURES: dict[str, dict[str, Any]] = {
    "": {},
    "SigV4": {"signatureVersion": "SigV4"},
    "SigV2": {"signatureVersion": "SigV2", "weak": True},
}
_TYPES = {Root: "Root", User: "IAMUser"}
"""Principals whose type CloudTrail calls otherwise than aws:PrincipalType does."""


def record(log: RequestLog) -> dict[str, Any]:
    """The event. responseElements is there only for operations that create or change something."""
    service, name = (
        (log.operation.service.name, log.operation.name) if log.operation else ("unknown", "Unknown")
    )
    traits = log.traits
    event: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(log),
        "eventTime": iso(log.now),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": log.region,
        "sourceIPAddress": _source(log),
        "userAgent": _agent(log),
        "requestParameters": _shown(log.input) or None,
        "responseElements": (not traits.reads_only and _shown(log.output)) or None,
        "requestID": log.request_id,
        "eventID": log.request_id,
        "readOnly": traits.reads_only,
        "eventType": "AwsApiCall",
        "managementEvent": not traits.data_event,
        "recipientAccountId": log.caller.account if log.caller else "",
        "eventCategory": "Data" if traits.data_event else "Management",
    }
    if log.error:
        event["errorCode"] = log.error.code
        event["errorMessage"] = log.error.said[:LONGEST_VALUE]
    if additional := _additional(log):
        event["additionalEventData"] = additional
    return event


def _source(log: RequestLog) -> str:
    """A service's name stands in for an address where the service made the call."""
    return log.via.services[-1] if log.via.services else log.request.peer


def _agent(log: RequestLog) -> str:
    if log.via.services:
        return log.via.services[-1]
    return (log.request.header("user-agent") or "")[:LONGEST_VALUE]


def _additional(log: RequestLog) -> dict[str, Any]:
    """What CloudTrail's format has no member for."""
    additional: dict[str, Any] = {**_SIGNATURES[log.signature]}
    if log.error and log.error.meant:
        additional["meant"] = log.error.meant
    if log.message:
        additional["authorizationMessage"] = log.message
    if log.decisions:
        additional["decisions"] = list(map(_decision, log.demands, log.decisions))
    return additional


def _decision(demand: Demand, decision: Decision) -> dict[str, Any]:
    """With its reasons, unless nothing depended on it."""
    if not demand.optional or decision.allowed:
        return as_json(explain(decision))
    return {
        "decision": decision.verdict.value,
        "action": demand.action,
        "resource": demand.resource,
        "optional": True,
        "message": message(decision),
    }


def _identity(log: RequestLog) -> dict[str, Any]:
    caller = log.caller
    if caller is None:
        return {"type": "Unknown", "accessKeyId": log.access_key_id}
    principal = caller.principal
    identity: dict[str, Any] = {
        "type": _TYPES.get(type(principal)) or PRINCIPAL_TYPES[type(principal)],
        "principalId": principal.userid,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": caller.access_key_id,
    }
    if isinstance(principal, User):
        identity["userName"] = principal.name
    if caller.session:
        identity["sessionContext"] = _session_context(caller.session, principal)
    if log.via.services:
        identity["invokedBy"] = log.via.services[-1]
    return identity


def _session_context(session: Session, principal: Principal) -> dict[str, Any]:
    context: dict[str, Any] = {
        "attributes": {
            "creationDate": iso(moment(session.issued)),
            "mfaAuthenticated": "true" if session.mfa_at is not None else "false",
        }
    }
    if isinstance(principal, RoleSession):
        context["sessionIssuer"] = {
            "type": "Role",
            "principalId": principal.unique_id,
            "arn": principal.role_arn,
            "accountId": principal.account,
            "userName": principal.role_name,
        }
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    return context


def _shown(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members as JSON with CloudTrail's lower first letters, hidden ones masked, bytes left out."""
    return {
        _lower_first(key): MASK if key in HIDDEN else _SHOWN.get(type(value), _left_out)(value)
        for key, value in members.items()
    }


def _shown_items(items: Iterable[Any]) -> list[Any]:
    return [_SHOWN.get(type(item), _left_out)(item) for item in items]


def _left_out(_value: object) -> None:
    """What a record can't hold."""


@lru_cache(_REMEMBERED_NAMES)
def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


_SHOWN: dict[type, Callable[[Any], Any]] = {
    str: lambda text: text[:LONGEST_VALUE],
    int: lambda number: number,
    bool: lambda truth: truth,
    float: lambda number: number,
    dict: _shown,
    list: _shown_items,
    tuple: _shown_items,
    datetime: iso,
}
