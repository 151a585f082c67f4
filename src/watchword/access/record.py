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

from msgspec import Struct, field

from watchword.access.caller import Caller
from watchword.access.demand import Demand
from watchword.names import AwsError, HttpRequest
from watchword.names.moment import iso
from watchword.names.principal import PRINCIPAL_TYPES, RoleSession, Root, User
from watchword.policy import Decision, explain
from watchword.policy.evaluation.decision import message
from watchword.policy.evaluation.explain import as_json
from watchword.sessions.session import moment
from watchword.wire import Operation

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
    {
        *("PutObject", "GetObject", "HeadObject", "DeleteObject", "DeleteObjects", "CopyObject"),
        *("CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"),
        *("AbortMultipartUpload", "ListParts"),
    }
)
_REMEMBERED_NAMES = 1024
_SIGNATURES: dict[str, dict[str, Any]] = {
    "": {},
    "SigV4": {"signatureVersion": "SigV4"},
    "SigV2": {"signatureVersion": "SigV2", "weak": True},
}
_TYPES = {Root: "Root", User: "IAMUser"}
"""Principals whose type CloudTrail calls otherwise than aws:PrincipalType does."""
READING = ("Get", "List", "Head", "Describe", "Simulate")
"""How operations that change nothing begin."""
MINTING = frozenset({"GetSessionToken", "GetFederationToken"})
"""And yet these make something: credentials."""


class Visit(Struct):
    """What is known about a request so far; the journey fills it in on the way."""

    request_id: str
    request: HttpRequest
    now: datetime
    operation: Operation | None = None
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
    message: str = ""
    """The encoded authorization message, where a decision refused."""
    error: AwsError | None = None
    output: Mapping[str, Any] | None = None


def changes_something(operation: str) -> bool:
    """Whether an operation, by its name, leaves anything behind: a change, or credentials."""
    return operation in MINTING or not operation.startswith(READING)


def record(visit: Visit) -> dict[str, Any]:
    """The event for what has become of the visit. What was read isn't told, only what was made."""
    service, name = (visit.operation.service.name, visit.operation.name) if visit.operation else ("", "")
    made = visit.output if changes_something(name) else None
    event: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(visit),
        "eventTime": iso(visit.now),
        "eventSource": f"{service or 'unknown'}.amazonaws.com",
        "eventName": name or "Unknown",
        "awsRegion": visit.region,
        "sourceIPAddress": visit.request.peer,
        "userAgent": (visit.request.header("user-agent") or "")[:LONGEST_VALUE],
        "requestParameters": _shown(visit.input) or None,
        "responseElements": _shown(made) if made else None,
        "requestID": visit.request_id,
        "eventID": visit.request_id,
        "readOnly": name.startswith(READING),
        "eventType": "AwsApiCall",
        "managementEvent": name not in DATA_EVENTS,
        "recipientAccountId": visit.caller.account if visit.caller else "",
        "eventCategory": "Data" if name in DATA_EVENTS else "Management",
    }
    if visit.error:
        event["errorCode"] = visit.error.code
        event["errorMessage"] = visit.error.said[:LONGEST_VALUE]
    if additional := _additional(visit):
        event["additionalEventData"] = additional
    return event


def _additional(visit: Visit) -> dict[str, Any]:
    """What CloudTrail's format has no member for."""
    additional: dict[str, Any] = {**_SIGNATURES[visit.signature]}
    if visit.error and visit.error.meant:
        additional["meant"] = visit.error.meant
    if visit.message:
        additional["authorizationMessage"] = visit.message
    if visit.decisions:
        additional["decisions"] = list(map(_decision, visit.demands, visit.decisions))
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


def _identity(visit: Visit) -> dict[str, Any]:
    caller = visit.caller
    if caller is None:
        return {"type": "Unknown", "accessKeyId": visit.access_key_id}
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
        identity["sessionContext"] = _session_context(caller)
    return identity


def _session_context(caller: Caller) -> dict[str, Any]:
    session, principal = caller.session, caller.principal
    assert session is not None
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
