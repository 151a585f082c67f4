"""The rules for a new session of a role, in the order in which they are checked.

The caller is already authorized. These are limits that no policy can lift. Sessions of the caller itself are
in `own`.
Sources: AWS STS API Reference, AssumeRole; IAM User Guide, "Pass session tags in AWS STS", "Monitor and
control actions taken with assumed roles" (source identity), "Roles terms and concepts" (role chaining).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec import Struct

from watchword.names import AwsError, Principal, fault
from watchword.names.fold import fold
from watchword.names.ids import Randomness
from watchword.names.principal import RoleSession, Root
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.sessions.session import Session, moment, new_session
from watchword.store.iam.roles import Role

HOUR = timedelta(hours=1)
MAX_POLICY_ARNS = 10
MAX_TAGS = 50
TAG_BYTES_AT_FULL = 455
"""Bytes of tag text at which PackedPolicySize reaches 100 per cent. Observed: AWS publishes no formula."""
POLICY_BYTES_AT_FULL = 2048
PER_CENT = 100
INVALID_TAGS = "InvalidParameterValue"
"""STS's error code for invalid session tags."""
TAKEN = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
    "from the calling session."
)
NOT_PASSED = "The specified transitive tag key must be included in the requested tags."


class SessionRequest(Struct, frozen=True):
    """What the caller asks for. `duration` is in seconds, None for the operation's default."""

    session_name: str = ""
    duration: int | None = None
    policy: str = ""
    policy_arns: Sequence[str] = ()
    tags: Mapping[str, str] = MappingProxyType({})
    """No two keys differ by case alone."""
    transitive: Sequence[str] = ()
    source_identity: str = ""
    provider: str = ""
    claims: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})
    """From an identity provider: what `Session` keeps of it."""
    longest: int | None = None
    """From an identity provider: seconds beyond which the session doesn't last, whatever was asked."""


class Requester(Struct, frozen=True):
    """Who asks for the session; `session` is the one they ask from, None with long-term credentials."""

    principal: Principal
    session: Session | None = None
    access_key_id: str = ""
    multi_factor: bool = False
    """Whether they gave a right code of their MFA device."""
    bounded: bool = False
    """Whether their new session must end with the first session of its chain."""
    host: str = ""
    """The ARN of the host for which a service asks; empty where the session itself tells it."""

    @property
    def chaining(self) -> bool:
        """Role chaining: a session of a role asks for a session of another role."""
        return type(self.principal) is RoleSession


class Inherited(Struct, frozen=True):
    """The tags that a session has from the previous session of its chain."""

    tags: Mapping[str, str] = MappingProxyType({})
    transitive: tuple[str, ...] = ()


_NOTHING = Inherited()


def assume_role(
    role: Role, request: SessionRequest, requester: Requester, now: datetime, randomness: Randomness
) -> Session:
    """A session of `role`. Raises AwsError with STS's codes."""
    # 1. The root user can't assume roles.
    if type(requester.principal) is Root:
        raise AwsError("AccessDenied", 403, "Roles may not be assumed by root accounts.")
    # 2. The duration: up to the role's own maximum, and up to one hour with role chaining. An identity
    #    provider can cut it, and so can a setting, to what is left of the chain's first session.
    chaining, before = requester.chaining, requester.session
    lifetime = _cut(_lifetime(request.duration, role, chaining=chaining), request, requester, now)
    # 3. Session policies must be valid policies.
    policies = session_policies(request, role.partition)
    # 4. Tags: an inherited tag can't be replaced, and only tags of the request can be made transitive.
    inherited = _inherited(before if chaining else None)
    tags = session_tags(request, inherited)
    # 5. The source identity can't change along the chain.
    source_identity = _source_identity(request, before)
    session = new_session(
        role.session(request.session_name),
        lifetime,
        now,
        randomness,
        policies=policies,
        policy_arns=tuple(request.policy_arns),
        tags=tags,
        transitive=_transitive(tags, (*inherited.transitive, *request.transitive)),
        source_identity=source_identity,
        chained=chaining,
        provider=request.provider,
        claims=dict(request.claims),
        first=before.chain if before else "",
        first_expires=before.chain_expires if before else 0,
        came_of_host=before.host if before else requester.host,
    )
    # 6. Policies and tags together have a size limit.
    check_packed_size(session)
    return session


def check_packed_size(session: Session) -> None:
    """Raises PackedPolicyTooLarge."""
    if (size := packed_size(session)) > PER_CENT:
        what = "session tags" if session.tags else "session policies"
        raise AwsError(
            "PackedPolicyTooLarge", 400, f"Packed size of {what} consumes {size}% of allotted space."
        )


def packed_size(session: Session) -> int:
    """PackedPolicySize: how much of the size limit is used, in per cent. 0 without policies and tags."""
    if not (session.tags or session.policies or session.policy_arns):
        return 0
    tags = sum(len(key.encode()) + len(value.encode()) for key, value in session.tags.items())
    policies = sum(len(text.encode()) for text in (*session.policies, *session.policy_arns))
    return -(-tags * PER_CENT // TAG_BYTES_AT_FULL) + -(-policies * PER_CENT // POLICY_BYTES_AT_FULL)


def _lifetime(asked: int | None, role: Role, *, chaining: bool) -> timedelta:
    lifetime = HOUR if asked is None else timedelta(seconds=asked)
    if chaining and lifetime > HOUR:
        raise fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining.",
        )
    if lifetime > timedelta(seconds=role.max_session):
        raise fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    return lifetime


def _cut(lifetime: timedelta, request: SessionRequest, requester: Requester, now: datetime) -> timedelta:
    if request.longest is not None:
        lifetime = min(lifetime, timedelta(seconds=request.longest))
    if requester.bounded and requester.session:
        lifetime = min(lifetime, moment(requester.session.chain_expires) - now)
    return lifetime


def session_policies(request: SessionRequest, partition: str) -> tuple[str, ...]:
    """The inline policies that are passed. Raises ValidationError and MalformedPolicyDocument."""
    if len(request.policy_arns) > MAX_POLICY_ARNS:
        raise fault(
            "ValidationError", f"No more than {MAX_POLICY_ARNS} managed session policies can be passed."
        )
    if not request.policy:
        return ()
    validate(request.policy, DocumentKind.SESSION, partition=partition)
    return (request.policy,)


def _inherited(session: Session | None) -> Inherited:
    if session is None:
        return _NOTHING
    return Inherited({key: session.tags[key] for key in session.transitive}, session.transitive)


def session_tags(request: SessionRequest, inherited: Inherited = _NOTHING) -> dict[str, str]:
    """The tags of the session. Raises InvalidParameterValue and ValidationError."""
    if not (request.tags or request.transitive):
        return {**inherited.tags}
    if len(request.tags) > MAX_TAGS:
        raise fault("ValidationError", f"No more than {MAX_TAGS} session tags can be passed.")
    passed = {fold(key) for key in request.tags}
    if not passed.isdisjoint(map(fold, inherited.tags)):
        raise AwsError(INVALID_TAGS, 400, TAKEN)
    if not passed.issuperset(map(fold, request.transitive)):
        raise AwsError(INVALID_TAGS, 400, NOT_PASSED)
    return {**inherited.tags, **request.tags}


def _transitive(tags: Mapping[str, str], asked: Sequence[str]) -> tuple[str, ...]:
    """The keys as the tags have them, whatever the case in the request."""
    if not asked:
        return ()
    folded = {fold(key) for key in asked}
    return tuple([key for key in tags if fold(key) in folded])


def _source_identity(request: SessionRequest, session: Session | None) -> str:
    current = session.source_identity if session else ""
    if current and request.source_identity and request.source_identity != current:
        raise fault("ValidationError", "The source identity is already set for this assume role session")
    return current or request.source_identity
