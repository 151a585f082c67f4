"""The rules of temporary delegation: how a request goes on, when it expires, and what it is traded in for.

1. A request is UNASSIGNED until somebody takes it on, then ASSIGNED. Its owner may send it to an
   administrator: PENDING_APPROVAL. Somebody accepts it, and its token is sent: FINALIZED. Until then it can
   be rejected.
2. Without a step it expires: after a day while it is UNASSIGNED, after seven days otherwise.
3. Who accepts is who acts: the credentials are of that very user, role session or root user, within the
   policy of the request, with all that policies can ask of the session in which it was accepted (`Carried`).
   They can never do more than either. So nobody accepts in a session that is itself limited by session
   policies, which a new session wouldn't have; and root accepts four hours at most.
4. The token can be traded in as often as its holder likes, until the session time that began when it was
   sent is over. It is good for the account that asked. Revoking the sessions of who accepted, or the session
   in which it was accepted, or its chain, ends it too.

Sources: IAM API Reference, the operations of delegation requests; IAM User Guide, "IAM temporary delegation"
(root) and "Building your integration" (states, transitions, expiry).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct, structs

from watchword.identity.refusals import refusal
from watchword.names import AwsError, Principal, fault
from watchword.names.principal import RoleSession, Root, User
from watchword.proofs import trade_in_token
from watchword.store import Transaction, revocations
from watchword.store.iam import delegation_requests
from watchword.store.iam.delegation_requests import DelegationRequest

ROOT_SECONDS = 4 * 3600
MAX_SECONDS = 12 * 3600
"""IAM API Reference, CreateDelegationRequest: SessionDuration."""
KEPT = timedelta(days=90)
"""How long after its last step a request can still be seen."""
Approver = Root | User | RoleSession


class State(StrEnum):
    """As AWS calls the states."""

    UNASSIGNED = "UNASSIGNED"
    ASSIGNED = "ASSIGNED"
    PENDING = "PENDING_APPROVAL"
    ACCEPTED = "ACCEPTED"
    FINALIZED = "FINALIZED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


_EXPIRES_AFTER: Mapping[str, timedelta] = {State.UNASSIGNED: timedelta(days=1)}
_OTHERS_EXPIRE_AFTER = timedelta(days=7)
LONGEST = _OTHERS_EXPIRE_AFTER + timedelta(seconds=MAX_SECONDS)
"""From acceptance to the end of the last session: the token may be sent on the last day."""


class Move(StrEnum):
    """A step of a request, by the operation that makes it."""

    ASSOCIATE = "AssociateDelegationRequest"
    UPDATE = "UpdateDelegationRequest"
    ACCEPT = "AcceptDelegationRequest"
    REJECT = "RejectDelegationRequest"
    SEND = "SendDelegationToken"


_MOVES: Mapping[Move, tuple[frozenset[State], State]] = {
    Move.ASSOCIATE: (frozenset({State.UNASSIGNED}), State.ASSIGNED),
    Move.UPDATE: (frozenset({State.ASSIGNED, State.PENDING}), State.PENDING),
    Move.ACCEPT: (frozenset({State.ASSIGNED, State.PENDING}), State.ACCEPTED),
    Move.REJECT: (frozenset({State.ASSIGNED, State.PENDING, State.ACCEPTED}), State.REJECTED),
    Move.SEND: (frozenset({State.ACCEPTED}), State.FINALIZED),
}


def expiry(request: DelegationRequest) -> datetime:
    """When the request expires, if nothing more is done."""
    return request.updated + _EXPIRES_AFTER.get(request.state, _OTHERS_EXPIRE_AFTER)


def state_at(request: DelegationRequest, now: datetime) -> State:
    """The state of the request at that moment."""
    return State.EXPIRED if now >= expiry(request) else State(request.state)


def moved(request: DelegationRequest, move: Move, now: datetime) -> DelegationRequest:
    """The request after that step. Raises an error when its state has no such step."""
    before, after = _MOVES[move]
    state = state_at(request, now)
    if state not in before:
        raise _not_in_this_state(request.id, state, coded=move is not Move.ACCEPT)
    return structs.replace(request, state=after, updated=now)


def _not_in_this_state(request_id: str, state: str, *, coded: bool) -> AwsError:
    """The request went on, or expired; `coded` where the operation's model has a code."""
    said = f"Delegation request {request_id} is in the state {state}, in which this can't be done."
    return refusal("InvalidInput", said) if coded else fault("ValidationError", said)


# Who accepts.


def check_approver(principal: Principal, seconds: int, *, restricted: bool) -> Approver:
    """The principal, if it may accept a request of that length. Raises ValidationError."""
    if not isinstance(principal, Approver) or restricted:
        said = "A delegation request can't be accepted in a session that is limited by session policies."
        raise fault("ValidationError", said)
    if isinstance(principal, Root) and seconds > ROOT_SECONDS:
        raise fault("ValidationError", "The root user can accept delegation requests of 4 hours at most.")
    return principal


class Carried(Struct, frozen=True, omit_defaults=True):
    """What sessions of the delegation have of the session in which it was accepted: as in `Session`."""

    tags: dict[str, str] = {}
    transitive: tuple[str, ...] = ()
    source_identity: str = ""
    provider: str = ""
    claims: dict[str, str | tuple[str, ...]] = {}
    access_key_id: str = ""
    """Its own; empty if there was no session."""
    chain: str = ""
    """The access key of the first session of its chain."""


def kept(principal: Approver, now: datetime, carried: Carried) -> dict[str, str]:
    """Who accepts, and with what, as the store keeps it; `redeem` reads it."""
    match principal:
        case Root():
            more = {"kind": "root"}
        case User():
            more = {"kind": "user", "name": principal.name, "id": principal.unique_id, "path": principal.path}
        case RoleSession():
            more = {
                "kind": "role",
                "name": principal.role_name,
                "id": principal.unique_id,
                "path": principal.path,
                "session": principal.session_name,
            }
    whose = {"account": principal.account, "partition": principal.partition, "at": now.isoformat()}
    return {**whose, **more, "carried": msgspec.json.encode(carried).decode()}


def _principal(approver: Mapping[str, str]) -> Approver:
    account, partition = approver["account"], approver["partition"]
    match approver["kind"]:
        case "root":
            return Root(account, partition)
        case "user":
            return User(account, approver["name"], approver["id"], approver["path"], partition)
    name, unique_id, session = (approver[key] for key in ("name", "id", "session"))
    return RoleSession(account, name, unique_id, session, approver["path"], partition)


# The token.


class Redeemed(Struct, frozen=True):
    """What a token is traded in for: a session of `principal` within `policy`, until `expires`."""

    principal: Approver
    policy: str
    carried: Carried
    expires: datetime


def redeem(tx: Transaction, token: str, account: str, root: bytes) -> Redeemed | None:
    """What an account gets for a token, also when it has expired; None unless it was sent to that account.

    The policy must be the only policy of the new session, whatever its principal is. root: the installation's
    root key.
    """
    request_id = trade_in_token.read(token, account, root)
    request = delegation_requests.by_id(tx, request_id) if request_id else None
    if request is None or request.state != State.FINALIZED or request.approver is None:
        return None
    principal, approver = _principal(request.approver), request.approver
    carried = msgspec.json.decode(approver["carried"], type=Carried)
    if _revoked_since(tx, principal, carried, datetime.fromisoformat(approver["at"])):
        return None
    expires = request.updated + timedelta(seconds=request.session_seconds)
    return Redeemed(principal, request.policy, carried, expires)


def _revoked_since(tx: Transaction, principal: Approver, carried: Carried, accepted: datetime) -> bool:
    made = revocations.of_account(tx, principal.account)
    ending = [principal.unique_id, revocations.EVERYTHING]
    if carried.chain:
        ending += [carried.access_key_id, revocations.CHAIN + carried.chain]
    return any(each.subject in ending and each.issued_before >= accepted for each in made)
