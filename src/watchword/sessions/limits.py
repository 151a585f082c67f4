"""Operations that a session can't call, whatever its policies say.

Sources: IAM User Guide, "Compare AWS STS credentials"; AWS STS API Reference, GetSessionToken,
GetFederationToken, AssumeRoot and GetDelegatedAccessToken (whose sessions act in IAM).
"""

from watchword.names import AwsError, fault
from watchword.sessions.session import Session

ALWAYS = {"GetCallerIdentity"}
STS_WITH_USER_SESSION = ALWAYS | {"AssumeRole"}
NOT_WITH_ROLE_SESSION = {"GetSessionToken", "GetFederationToken"}


def check(session: Session, service: str, operation: str) -> None:
    """Raises AwsError when a session of this kind can't call this operation."""
    if service == "sts" and not _may_call_sts(session, operation):
        raise AwsError("AccessDenied", 403, f"Cannot call {operation} with session credentials")
    if service == "iam" and not _may_call_iam(session):
        raise fault("InvalidClientTokenId", meant=f"{session.kind} session without MFA calls IAM")


def _may_call_sts(session: Session, operation: str) -> bool:
    match session.kind:
        case "role":
            return operation not in NOT_WITH_ROLE_SESSION
        case "federated":
            return operation in ALWAYS
        case "user" | "root":
            return operation in STS_WITH_USER_SESSION


def _may_call_iam(session: Session) -> bool:
    """A user's or root's session with session policies is one of `limited`; GetSessionToken's have none.

    One that signed in can do in IAM what the user can.
    """
    match session.kind:
        case "role":
            return True
        case "federated":
            return False
        case "user" | "root":
            return session.signed_in or session.mfa_at is not None or session.restricted
