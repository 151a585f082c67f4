"""A session: whose temporary credentials these are, from when until when, and within which limits.

The whole session travels inside the session token, sealed, so every node can open it and none stores it.
Fields are only appended, never reordered or removed: tokens outlive upgrades.
Times are integers: milliseconds since the epoch, UTC.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal, TypedDict, Unpack

import msgspec

from watchword.names import Arn, fault
from watchword.names.ids import Prefix, Randomness, new_access_key_id, new_secret
from watchword.names.principal import FederatedUser, RoleSession, Root, User
from watchword.proofs import session_token
from watchword.proofs.keyring import Keyring

LONGEST = timedelta(hours=36)
"""The maximum of GetSessionToken (AWS STS API Reference). No session of any kind lasts longer."""
_MILLISECOND = timedelta(milliseconds=1)
NO_USER = ("", "")
OF_HOST = "ec2:SourceInstanceARN"
"""The condition key of the sessions that a host got."""
OF_PERSON, OF_IDENTITY_STORE = "identitystore:UserId", "identitystore:IdentityStoreArn"
"""Those of the sessions that a person of IAM Identity Center got."""
SessionKind = Literal["role", "user", "root", "federated"]
SessionPrincipal = RoleSession | User | Root | FederatedUser
"""The principals that can have a session."""


class Session(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a session token carries. `name` is the name of the role, the user or the federated user."""

    kind: SessionKind
    access_key_id: str
    secret: str
    account: str
    unique_id: str
    name: str
    path: str
    session_name: str
    issued: int
    expires: int
    partition: str = "aws"
    policies: tuple[str, ...] = ()
    """Inline session policies, as JSON text."""
    policy_arns: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    """Session tags, including those inherited from an earlier session of the chain."""
    transitive: tuple[str, ...] = ()
    """Keys of the tags that the next session of the chain inherits."""
    source_identity: str = ""
    mfa_at: int | None = None
    """When the caller authenticated with a multi-factor code."""
    chained: bool = False
    """Whether another role's session was used to assume this role."""
    user_arn: str = ""
    """Of a federated user: the ARN of the user who asked for the session."""
    long_term_key: str = ""
    """Of the root user: the access key that asked for the session, which ends with that key."""
    provider: str = ""
    """Of a role's session that an identity provider vouched for: the provider's ARN."""
    claims: dict[str, str | tuple[str, ...]] = {}
    """What the provider said that stays true of the session, by condition key."""
    user_id: str = ""
    """Of a federated user: the unique id of the user who asked for the session."""
    first: str = ""
    """The access key of the first session of its chain; empty if it is the first itself."""
    first_expires: int = 0
    """When that session expires; 0 if this is the first."""
    assumed_root: bool = False
    """Of a root user: whether somebody else asked for the session (AssumeRoot)."""
    signed_in: bool = False
    """Of a user: whether it is that of a sign-in by a password, not one of GetSessionToken."""
    came_of_host: str = ""
    """The ARN of the host whose session asked for this one, or for one before it in the chain."""

    @property
    def host(self) -> str:
        """The ARN of the host that it is of, or came of; empty for all others."""
        return str(self.claims.get(OF_HOST, "")) or self.came_of_host

    @property
    def host_account(self) -> str:
        """The account of that host; empty where there is none."""
        return Arn.parse(self.host).account if self.host else ""

    @property
    def person(self) -> tuple[str, str] | None:
        """The directory and the id of the person who got it; None for all others."""
        user_id = self.claims.get(OF_PERSON)
        if user_id is None:
            return None
        return str(self.claims.get(OF_IDENTITY_STORE)).rpartition("/")[2], str(user_id)

    @property
    def chain(self) -> str:
        """What names its chain: the access key of the first session."""
        return self.first or self.access_key_id

    @property
    def chain_expires(self) -> int:
        """When the first session of its chain expires."""
        return self.first_expires or self.expires

    @property
    def principal(self) -> SessionPrincipal:
        match self.kind:
            case "role":
                return RoleSession(
                    self.account, self.name, self.unique_id, self.session_name, self.path, self.partition
                )
            case "user":
                return User(self.account, self.name, self.unique_id, self.path, self.partition)
            case "federated":
                return FederatedUser(self.account, self.name, self.user_arn, self.partition, self.user_id)
            case "root":
                return Root(self.account, self.partition)

    @property
    def restricted(self) -> bool:
        """Whether session policies limit it. Those of a federated user do even when there are none."""
        return self.kind == "federated" or bool(self.policies or self.policy_arns)


class Carried(TypedDict, total=False):
    """What a session may carry besides its principal: fields of `Session`."""

    policies: tuple[str, ...]
    policy_arns: tuple[str, ...]
    tags: dict[str, str]
    transitive: tuple[str, ...]
    source_identity: str
    mfa_at: int | None
    chained: bool
    long_term_key: str
    provider: str
    claims: dict[str, str | tuple[str, ...]]
    first: str
    first_expires: int
    assumed_root: bool
    signed_in: bool
    came_of_host: str


def new_session(
    principal: SessionPrincipal,
    lifetime: timedelta,
    now: datetime,
    randomness: Randomness,
    **carried: Unpack[Carried],
) -> Session:
    """A session of the principal, with new credentials. The only way to make one; rules are the caller's."""
    kind, name, path, session_name, (user_arn, user_id) = _identity(principal)
    issued = milliseconds(now)
    return Session(
        # In their order: by name, Python would make another dictionary of them and what is carried.
        kind,
        new_access_key_id(Prefix.SESSION_KEY, principal.account, randomness),
        new_secret(randomness),
        principal.account,
        principal.unique_id,
        name,
        path,
        session_name,
        issued,
        issued + lifetime // _MILLISECOND,
        principal.partition,
        user_arn=user_arn,
        user_id=user_id,
        **carried,
    )


def again(session: Session, lifetime: timedelta, now: datetime, randomness: Randomness) -> Session:
    """The same session under another key, for `lifetime` at most. It counts as issued when that one was."""
    return msgspec.structs.replace(
        session,
        access_key_id=new_access_key_id(Prefix.SESSION_KEY, session.account, randomness),
        secret=new_secret(randomness),
        expires=min(session.expires, milliseconds(now + lifetime)),
        first=session.chain,
        first_expires=session.chain_expires,
    )


def _identity(principal: SessionPrincipal) -> tuple[SessionKind, str, str, str, tuple[str, str]]:
    """Kind, name, path, session name, ARN and id of the user: what `Session.principal` reads back."""
    match principal:
        case RoleSession():
            return "role", principal.role_name, principal.path, principal.session_name, NO_USER
        case User():
            return "user", principal.name, principal.path, "", NO_USER
        case FederatedUser():
            return "federated", principal.name, "/", "", (principal.user_arn, principal.user_id)
        case Root():
            return "root", "", "/", "", NO_USER


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Session)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    """The inverse of `milliseconds`, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def seal(session: Session, keyring: Keyring) -> str:
    """The session's token."""
    return session_token.seal(_encoder.encode(session), keyring)


def open(token: str, keyring: Keyring) -> Session:  # noqa: A001 the other half of seal
    """The session in a token. Raises the fault InvalidSessionToken."""
    try:
        return _decoder.decode(session_token.open(token, keyring))
    except (msgspec.DecodeError, UnicodeDecodeError) as unknown:
        raise fault("InvalidSessionToken", meant=f"token payload: {unknown}") from None
