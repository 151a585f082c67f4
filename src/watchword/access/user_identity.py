"""Who made a request, as an event says it: CloudTrail's `userIdentity`.

Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from watchword.access.request_log import RequestLog
from watchword.names import Principal
from watchword.names.moment import iso
from watchword.names.principal import (
    PRINCIPAL_TYPES,
    CertificateHolder,
    FederatedUser,
    IdentityCenterUser,
    RoleSession,
    Root,
    Saml,
    Service,
    User,
    WebIdentity,
)
from watchword.sessions.session import Session, moment
from watchword.wire.audit_text import cut

Json = dict[str, Any]

STRANGERS_TEXT = 1024
"""Characters of what somebody said who has no account (`record`, rule 3)."""
_REMEMBERED = 1024
_TYPES = {Root: "Root", User: "IAMUser"}
"""Principals whose type CloudTrail calls otherwise than aws:PrincipalType does."""


def user_identity(log: RequestLog) -> Json | Raw:
    """Of the caller; for one who wasn't proved, what was claimed."""
    caller = log.caller
    if caller is None:
        return {"type": "Unknown", "accessKeyId": cut(log.access_key_id, STRANGERS_TEXT)}
    if type(caller.principal) is Service:
        return {"type": "AWSService", "invokedBy": caller.principal.name}
    if caller.session is None and not log.via.service:
        return _by_key(caller.principal, caller.access_key_id)
    identity = _of(caller.principal, caller.access_key_id)
    if caller.session:
        identity["sessionContext"] = _session_context(caller.session, caller.principal)
    if log.via.service:
        identity["invokedBy"] = log.via.service
    return identity


# Cached: it is the same in all records of an access key.
@lru_cache(_REMEMBERED)
def _by_key(principal: Principal, access_key_id: str) -> Raw:
    return Raw(msgspec.json.encode(_of(principal, access_key_id)))


def _of(principal: Principal, access_key_id: str) -> Json:
    if isinstance(principal, WebIdentity | Saml | CertificateHolder):
        with_key = {"accessKeyId": access_key_id} if access_key_id else {}
        return {
            "type": PRINCIPAL_TYPES[type(principal)],
            "principalId": principal.userid,
            **with_key,
            "userName": principal.subject,
            "identityProvider": getattr(principal, "name_qualifier", "") or principal.provider,
        }
    if isinstance(principal, IdentityCenterUser):
        return on_behalf_of(principal)
    identity: Json = {
        "type": _TYPES.get(type(principal)) or PRINCIPAL_TYPES[type(principal)],
        "principalId": principal.userid,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": access_key_id,
    }
    if isinstance(principal, User):
        identity["userName"] = principal.name
    return identity


def on_behalf_of(principal: IdentityCenterUser) -> Json:
    """Of a person of IAM Identity Center."""
    behalf = {"userId": principal.user_id, "identityStoreArn": principal.identity_store_arn}
    return {
        "type": PRINCIPAL_TYPES[IdentityCenterUser],
        "principalId": principal.user_id,
        "accountId": principal.account,
        "userName": principal.name,
        "onBehalfOf": behalf,
        "credentialId": principal.credential_id,
    }


def _session_context(session: Session, principal: Principal) -> Json:
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
    if isinstance(principal, FederatedUser):
        context["sessionIssuer"] = {
            "type": "Root" if principal.of_root else "IAMUser",
            "principalId": principal.user_id,
            "arn": principal.user_arn,
            "accountId": principal.account,
        }
    if session.assumed_root:
        context["assumedRoot"] = "true"
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    if session.provider:
        context["webIdFederationData"] = {"federatedProvider": session.provider}
    return context
