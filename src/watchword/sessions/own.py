"""The rules for sessions of the caller itself, in the order in which they are checked.

GetSessionToken's are the caller; GetFederationToken's have a name that the caller vouches for.

The caller is already authorized. A federated user can do what its session policies and the policies of the
user who asked both allow (`policy.evaluation.combine`, rule 7); here it gets its name, tags and time.
Sources: AWS STS API Reference, GetSessionToken, GetFederationToken.
"""

from datetime import datetime, timedelta

from watchword.names import AwsError
from watchword.names.ids import Randomness
from watchword.names.principal import FederatedUser, Root, User
from watchword.sessions.assume import (
    HOUR,
    Requester,
    SessionRequest,
    check_packed_size,
    session_policies,
    session_tags,
)
from watchword.sessions.session import Session, milliseconds, new_session


def own_session(requester: Requester, duration: int | None, now: datetime, randomness: Randomness) -> Session:
    """GetSessionToken: a session of the caller. `duration` is in seconds."""
    # 1. Only long-term credentials can ask: a user's or the root user's.
    principal = _long_term(requester, "GetSessionToken")
    # 2. Twelve hours unless asked otherwise; one hour at most for the root user.
    lifetime = _lifetime(principal, duration)
    proved = milliseconds(now) if requester.multi_factor else None
    # 3. A session of the root user ends with the access key that asked for it.
    return new_session(
        principal, lifetime, now, randomness, mfa_at=proved, long_term_key=_binding_key(principal, requester)
    )


def federated_session(
    request: SessionRequest, requester: Requester, now: datetime, randomness: Randomness
) -> Session:
    """GetFederationToken: a session of a user that the caller authenticated. Its name is `session_name`."""
    # 1. to 3. As for GetSessionToken.
    asking = _long_term(requester, "GetFederationToken")
    lifetime = _lifetime(asking, request.duration)
    user = FederatedUser(asking.account, request.session_name, asking.arn, asking.partition, asking.unique_id)
    # 4. Session policies must be valid policies, and tags must differ in more than case.
    session = new_session(
        user,
        lifetime,
        now,
        randomness,
        policies=session_policies(request, asking.partition),
        policy_arns=tuple(request.policy_arns),
        tags=session_tags(request),
        long_term_key=_binding_key(asking, requester),
    )
    # 5. Policies and tags together have a size limit.
    check_packed_size(session)
    return session


def _long_term(requester: Requester, operation: str) -> User | Root:
    principal = requester.principal
    if requester.session is not None or not isinstance(principal, User | Root):
        raise AwsError("AccessDenied", 403, f"Cannot call {operation} with session credentials")
    return principal


def _lifetime(principal: User | Root, duration: int | None) -> timedelta:
    lifetime = 12 * HOUR if duration is None else timedelta(seconds=duration)
    return min(lifetime, HOUR) if isinstance(principal, Root) else lifetime


def _binding_key(principal: User | Root, requester: Requester) -> str:
    return requester.access_key_id if isinstance(principal, Root) else ""
