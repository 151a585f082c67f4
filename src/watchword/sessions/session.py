"""A session: who its credentials speak for, since when, until when, and within which limits.

The whole of it travels inside the session token, sealed, so that any node opens it and none stores it.
Fields are only appended, never reordered or removed: tokens outlive upgrades.
Times are integers: milliseconds since the epoch, UTC.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from watchword.names import Principal, fault
from watchword.names.principal import FederatedUser, RoleSession, Root, User
from watchword.proofs import session_token
from watchword.proofs.keyring import Keyring

LONGEST = timedelta(hours=36)
"""GetSessionToken's longest: AWS STS API Reference. No session of any kind lasts longer."""
SessionKind = Literal["role", "user", "root", "federated"]


class Session(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a session token carries. `name` is the role's, user's or federated name."""

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
    """Session tags, those inherited from an earlier session of the chain included."""
    transitive: tuple[str, ...] = ()
    """Keys of the tags that go on to the next session of the chain."""
    source_identity: str = ""
    mfa_at: int | None = None
    """When a multi-factor code was shown."""
    chained: bool = False
    """Whether the credentials of a role were used to assume this one."""
    user_arn: str = ""
    """Of a federated user: who asked for the session."""

    @property
    def principal(self) -> Principal:
        match self.kind:
            case "role":
                return RoleSession(
                    self.account, self.name, self.unique_id, self.session_name, self.path, self.partition
                )
            case "user":
                return User(self.account, self.name, self.unique_id, self.path, self.partition)
            case "federated":
                return FederatedUser(self.account, self.name, self.user_arn, self.partition)
            case "root":
                return Root(self.account, self.partition)

    @property
    def restricted(self) -> bool:
        """Whether session policies were passed."""
        return bool(self.policies or self.policy_arns)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Session)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    """The other way round, UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def seal(session: Session, keyring: Keyring) -> str:
    """The session's token."""
    return session_token.seal(_encoder.encode(session), keyring)


def open(token: str, keyring: Keyring) -> Session:  # noqa: A001 the other half of seal
    """The session in a token; raises the fault InvalidSessionToken."""
    try:
        return _decoder.decode(session_token.open(token, keyring))
    except (msgspec.DecodeError, UnicodeDecodeError) as unknown:
        raise fault("InvalidSessionToken", meant=f"token payload: {unknown}") from None
