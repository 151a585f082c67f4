"""One audit event per answer, in CloudTrail's event format.

Refused and broken requests are recorded like any other, with what was known when they ended. The
decision stands in `additionalEventData.decisions`, from the very object the refusal was worded from.
Members in HIDDEN never reach a record, wherever they stand in a request or an answer.
Source: AWS CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchword.access.caller import Caller
from watchword.access.demand import Demand
from watchword.names import AwsError, HttpRequest
from watchword.names.principal import PRINCIPAL_TYPES, RoleSession, User
from watchword.policy import Decision, as_json, explain, message
from watchword.sessions.session import moment

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
DATA_EVENTS = frozenset(
    {"PutObject", "GetObject", "HeadObject", "DeleteObject", "DeleteObjects", "CopyObject"}
)
_SIGNATURES: dict[str, dict[str, Any]] = {
    "": {},
    "SigV4": {"signatureVersion": "SigV4"},
    "SigV2": {"signatureVersion": "SigV2", "weak": True},
}
READING = ("Get", "List", "Head", "Describe", "Simulate")


@dataclass
class Visit:
    """What is known about a request so far; the journey fills it in on the way."""

    request_id: str
    request: HttpRequest
    now: datetime
    service: str = ""
    operation: str = ""
    region: str = ""
    caller: Caller | None = None
    access_key_id: str = ""
    """As claimed; whose it is, is known only once there is a caller."""
    signature: str = ""
    """SigV4 or SigV2, as read; whether it holds, is known only once there is a caller."""
    input: Mapping[str, Any] = field(default_factory=dict)
    demands: tuple[Demand, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """One for each demand."""
    error: AwsError | None = None
    output: Mapping[str, Any] | None = None
    """Kept for changes only, as CloudTrail does."""


def record(visit: Visit) -> dict[str, Any]:
    """The event for what has become of the visit."""
    event: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(visit),
        "eventTime": f"{visit.now:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{visit.service or 'unknown'}.amazonaws.com",
        "eventName": visit.operation or "Unknown",
        "awsRegion": visit.region,
        "sourceIPAddress": visit.request.peer,
        "userAgent": (visit.request.header("user-agent") or "")[:LONGEST_VALUE],
        "requestParameters": _shown(visit.input) or None,
        "responseElements": _shown(visit.output) if visit.output else None,
        "requestID": visit.request_id,
        "eventID": visit.request_id,
        "readOnly": visit.operation.startswith(READING),
        "eventType": "AwsApiCall",
        "managementEvent": visit.operation not in DATA_EVENTS,
        "recipientAccountId": visit.caller.account if visit.caller else "",
        "eventCategory": "Data" if visit.operation in DATA_EVENTS else "Management",
    }
    if visit.error:
        event["errorCode"] = visit.error.code
        event["errorMessage"] = visit.error.said[:LONGEST_VALUE]
    additional: dict[str, Any] = {**_SIGNATURES[visit.signature]}
    if visit.error and visit.error.meant:
        additional["meant"] = visit.error.meant
    if visit.decisions:
        additional["decisions"] = list(map(_decision, visit.demands, visit.decisions))
    if additional:
        event["additionalEventData"] = additional
    return event


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


def _identity(visit: Visit) -> dict[str, Any]:
    caller = visit.caller
    if caller is None:
        return {"type": "Unknown", "accessKeyId": visit.access_key_id}
    principal = caller.principal
    identity: dict[str, Any] = {
        "type": "Root" if PRINCIPAL_TYPES[type(principal)] == "Account" else PRINCIPAL_TYPES[type(principal)],
        "principalId": principal.userid,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": caller.access_key_id,
    }
    if isinstance(principal, User):
        identity["type"] = "IAMUser"
        identity["userName"] = principal.name
    if caller.session:
        identity["sessionContext"] = _session_context(caller)
    return identity


def _session_context(caller: Caller) -> dict[str, Any]:
    session, principal = caller.session, caller.principal
    assert session is not None
    context: dict[str, Any] = {
        "attributes": {
            "creationDate": f"{moment(session.issued):%Y-%m-%dT%H:%M:%SZ}",
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


def _shown(value: object, name: str = "") -> Any:  # noqa: ANN401 any JSON value
    """`value` as JSON with CloudTrail's lower first letters, hidden members masked, bytes left out."""
    if name in HIDDEN:
        return MASK
    show = _SHOWN.get(type(value))
    return show(value) if show else None


def _shown_members(members: dict[str, object]) -> dict[str, Any]:
    return {key[:1].lower() + key[1:]: _shown(value, key) for key, value in members.items()}


_SHOWN: dict[type, Callable[[Any], Any]] = {
    str: lambda text: text[:LONGEST_VALUE],
    int: lambda number: number,
    bool: lambda truth: truth,
    float: lambda number: number,
    dict: _shown_members,
    list: lambda items: [_shown(item) for item in items],
    tuple: lambda items: [_shown(item) for item in items],
    datetime: lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}",
}
