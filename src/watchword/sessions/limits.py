"""What a session can't call, whatever its policies say.

Sources: IAM User Guide, "Compare AWS STS credentials"; AWS STS API Reference, GetSessionToken,
GetFederationToken.
"""

from watchword.names import AwsError, fault
from watchword.sessions.session import Session

ALWAYS = {"GetCallerIdentity"}
STS_WITH_USER_SESSION = ALWAYS | {"AssumeRole"}
NOT_WITH_ROLE_SESSION = {"GetSessionToken", "GetFederationToken"}


def check(session: Session, service: str, operation: str) -> None:
    """Raises when credentials of this kind can't call this operation."""
    if session.kind == "role":
        if service == "sts" and operation in NOT_WITH_ROLE_SESSION:
            raise AwsError("AccessDenied", 403, f"Cannot call {operation} with session credentials")
        return
    if service == "sts":
        allowed = ALWAYS if session.kind == "federated" else STS_WITH_USER_SESSION
        if operation not in allowed:
            raise AwsError("AccessDenied", 403, f"Cannot call {operation} with session credentials")
    if service == "iam" and (session.kind == "federated" or session.mfa_at is None):
        raise fault("InvalidClientTokenId", meant=f"{session.kind} session without MFA calls IAM")
