"""What the account says to a delegation request: it accepts or rejects it, and sends the token.

No notification is sent: there are no topics here. The operator prints the token of a request that was sent
(`watchword delegation token`) and passes it on.
Source: IAM API Reference, AcceptDelegationRequest, RejectDelegationRequest, SendDelegationToken.
"""

from msgspec import structs

from watchword.identity import delegation
from watchword.identity.delegation import Carried, Move
from watchword.identity.refusals import refusal
from watchword.services.iam.delegation.demands import on_request, request_of
from watchword.services.iam.delegation.requests import owner_arn
from watchword.services.operation import Call, Operation, Output, writes
from watchword.sessions import Session
from watchword.store.iam import delegation_requests


def accept_request(call: Call) -> Output:
    """AcceptDelegationRequest: who calls is who acts (`identity.delegation`, rule 3)."""
    request = delegation.moved(_request(call), Move.ACCEPT, call.now)
    session, seconds = call.caller.session, request.session_seconds
    restricted = session is not None and session.restricted
    principal = delegation.check_approver(call.caller.principal, seconds, restricted=restricted)
    approver = delegation.kept(principal, call.now, _carried(session) if session else Carried())
    accepted = structs.replace(request, approver_arn=principal.arn, approver=approver)
    delegation_requests.replace(call.tx, accepted)
    return {}


def reject_request(call: Call) -> Output:
    """RejectDelegationRequest."""
    request = delegation.moved(_request(call), Move.REJECT, call.now)
    delegation_requests.replace(call.tx, structs.replace(request, rejection=call.input.get("Notes", "")))
    return {}


def send_token(call: Call) -> Output:
    """SendDelegationToken: the session time begins."""
    request = _request(call)
    if request.only_by_owner and owner_arn(call) != request.owner_arn:
        raise refusal("InvalidInput", "Only the owner of this delegation request can send its token.")
    delegation_requests.replace(call.tx, delegation.moved(request, Move.SEND, call.now))
    return {}


def _carried(session: Session) -> Carried:
    return Carried(
        session.tags,
        session.transitive,
        session.source_identity,
        session.provider,
        session.claims,
        session.access_key_id,
        session.chain,
    )


def _request(call: Call) -> delegation_requests.DelegationRequest:
    return request_of(call, call.input["DelegationRequestId"])


OPERATIONS: dict[str, Operation] = {
    "AcceptDelegationRequest": writes(accept_request, on_request),
    "RejectDelegationRequest": writes(reject_request, on_request),
    "SendDelegationToken": writes(send_token, on_request),
}
