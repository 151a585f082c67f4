"""The rules of a new session, in the order in which they are checked.

Whether the caller may have it was decided before; these are the limits nobody's policy lifts.
Sources: AWS STS API Reference, AssumeRole, GetSessionToken; IAM User Guide, "Pass session tags in
AWS STS", "Monitor and control actions taken with assumed roles" (source identity), "Roles terms and
concepts" (role chaining).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec import Struct

from watchword.names import AwsError, Principal, fault
from watchword.names.fold import fold
from watchword.names.ids import Prefix, Randomness, new_access_key_id, new_secret
from watchword.names.principal import RoleSession, Root
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.sessions.session import Session, milliseconds

HOUR = 3600
MAX_POLICY_ARNS = 10
MAX_TAGS = 50
TAG_BYTES_AT_FULL = 455
"""Bytes of tag text at which PackedPolicySize reaches 100 per cent (observed of AWS, which doesn't
publish its formula)."""
POLICY_BYTES_AT_FULL = 2048
PER_CENT = 100
UNFIT = "InvalidParameterValue"
"""What STS calls tags that can't be a session's."""


TAKEN = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
    "from the calling session."
)
NOT_PASSED = "The specified transitive tag key must be included in the requested tags."


class RoleTerms(Struct, frozen=True):
    """What the role itself says about sessions of it."""

    account: str
    unique_id: str
    name: str
    path: str
    max_session: int
    partition: str = "aws"


class Wish(Struct, frozen=True):
    """What the caller asks for. Durations are seconds; None is the operation's default."""

    session_name: str = ""
    duration: int | None = None
    policy: str = ""
    policy_arns: Sequence[str] = ()
    tags: Mapping[str, str] = MappingProxyType({})
    """Of keys that differ otherwise than by their case."""
    transitive: Sequence[str] = ()
    source_identity: str = ""


class Origin(Struct, frozen=True):
    """Who asks, and the session they ask from."""

    principal: Principal
    session: Session | None = None

    @property
    def chained(self) -> bool:
        return isinstance(self.principal, RoleSession)


class Inherited(Struct, frozen=True):
    """What goes on from one session of a chain to the next."""

    tags: Mapping[str, str] = MappingProxyType({})
    transitive: tuple[str, ...] = ()


def assume_role(
    role: RoleTerms, wish: Wish, origin: Origin, now: datetime, randomness: Randomness
) -> Session:
    """A session of `role`. Raises AwsError with STS's codes."""
    # 1. The root user can't assume roles.
    if isinstance(origin.principal, Root):
        raise AwsError("AccessDenied", 403, "Roles may not be assumed by root accounts.")
    # 2. How long: the role's own maximum, and one hour for a chained session.
    duration = _role_duration(wish.duration, role, chained=origin.chained)
    # 3. Session policies narrow the session; they must be valid ones.
    policies = _session_policies(wish)
    # 4. Tags: none of the inherited ones replaced, and only passed ones transitive.
    inherited = _inherited(origin.session if origin.chained else None)
    tags = _tags(wish, inherited)
    # 5. The source identity stays the same through the chain.
    source_identity = _source_identity(wish, origin.session)
    session = Session(
        kind="role",
        access_key_id=new_access_key_id(Prefix.SESSION_KEY, role.account, randomness),
        secret=new_secret(randomness),
        account=role.account,
        unique_id=role.unique_id,
        name=role.name,
        path=role.path,
        session_name=wish.session_name,
        issued=milliseconds(now),
        expires=milliseconds(now + timedelta(seconds=duration)),
        partition=role.partition,
        policies=policies,
        policy_arns=tuple(wish.policy_arns),
        tags=tags,
        transitive=_transitive(tags, (*inherited.transitive, *wish.transitive)),
        source_identity=source_identity,
        chained=origin.chained,
    )
    # 6. All that together must fit.
    if (size := packed_size(session)) > PER_CENT:
        what = "session tags" if wish.tags else "session policies"
        raise AwsError(
            "PackedPolicyTooLarge", 400, f"Packed size of {what} consumes {size}% of allotted space."
        )
    return session


def same_user(origin: Origin, duration: int | None, now: datetime, randomness: Randomness) -> Session:
    """GetSessionToken: the caller's own identity on credentials that end."""
    # 1. Only long-term credentials of a user or of root can ask.
    if origin.session is not None:
        raise AwsError("AccessDenied", 403, "Cannot call GetSessionToken with session credentials")
    principal = origin.principal
    root = isinstance(principal, Root)
    # 2. Root's sessions last an hour at most.
    seconds = HOUR if root else 12 * HOUR
    if duration is not None:
        seconds = min(duration, HOUR) if root else duration
    return Session(
        kind="root" if root else "user",
        access_key_id=new_access_key_id(Prefix.SESSION_KEY, principal.account, randomness),
        secret=new_secret(randomness),
        account=principal.account,
        unique_id=principal.unique_id,
        name=getattr(principal, "name", ""),
        path=getattr(principal, "path", "/"),
        session_name="",
        issued=milliseconds(now),
        expires=milliseconds(now + timedelta(seconds=seconds)),
    )


def packed_size(session: Session) -> int:
    """PackedPolicySize: how full the session is, in per cent; 0 when it carries nothing."""
    if not (session.tags or session.policies or session.policy_arns):
        return 0
    tags = sum(len(key.encode()) + len(value.encode()) for key, value in session.tags.items())
    policies = sum(len(text.encode()) for text in (*session.policies, *session.policy_arns))
    return -(-tags * PER_CENT // TAG_BYTES_AT_FULL) + -(-policies * PER_CENT // POLICY_BYTES_AT_FULL)


def _role_duration(asked: int | None, role: RoleTerms, *, chained: bool) -> int:
    duration = HOUR if asked is None else asked
    if chained and duration > HOUR:
        raise fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining.",
        )
    if duration > role.max_session:
        raise fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    return duration


def _session_policies(wish: Wish) -> tuple[str, ...]:
    if len(wish.policy_arns) > MAX_POLICY_ARNS:
        raise fault(
            "ValidationError", f"No more than {MAX_POLICY_ARNS} managed session policies can be passed."
        )
    if not wish.policy:
        return ()
    validate(wish.policy, DocumentKind.SESSION)
    return (wish.policy,)


def _inherited(session: Session | None) -> Inherited:
    if session is None:
        return Inherited()
    return Inherited({key: session.tags[key] for key in session.transitive}, session.transitive)


def _tags(wish: Wish, inherited: Inherited) -> dict[str, str]:
    if len(wish.tags) > MAX_TAGS:
        raise fault("ValidationError", f"No more than {MAX_TAGS} session tags can be passed.")
    passed = {fold(key) for key in wish.tags}
    if not passed.isdisjoint(map(fold, inherited.tags)):
        raise AwsError(UNFIT, 400, TAKEN)
    if not passed.issuperset(map(fold, wish.transitive)):
        raise AwsError(UNFIT, 400, NOT_PASSED)
    return {**inherited.tags, **wish.tags}


def _transitive(tags: Mapping[str, str], wished: Sequence[str]) -> tuple[str, ...]:
    """The keys as the tags have them, in whatever case they were wished for."""
    folded = {fold(key) for key in wished}
    return tuple(key for key in tags if fold(key) in folded)


def _source_identity(wish: Wish, session: Session | None) -> str:
    current = session.source_identity if session else ""
    if current and wish.source_identity and wish.source_identity != current:
        raise fault("ValidationError", "The source identity is already set for this assume role session")
    return current or wish.source_identity
