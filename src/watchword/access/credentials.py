"""Access keys and session tokens: whose they are, and their secret.

The order of checks is part of the contract:

1. the access key, or the session token and that it belongs to the access key named;
2. the signature;
3. the session's expiry; 4. that its principal still exists, as itself; 5. for the root user, that the access
   key that asked for the session is still active; 6. revocation.

To hide by timing whether a key exists: an unknown key is checked against a dummy secret, and after a wrong
signature of a long-term key a dummy key is looked up in the database.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from msgspec import structs

from watchword.access.caller import Caller
from watchword.facts import Facts
from watchword.facts.accounts import ACCOUNT_IS_OPEN
from watchword.facts.acting_people import ACTING_PERSON
from watchword.facts.credentials import ACCESS_KEY, REVOCATIONS, ROLE_EXISTS, USER_BY_ID
from watchword.names import AwsError, Principal, fault
from watchword.names.ids import Prefix
from watchword.sessions import Session, revocation
from watchword.sessions import session as sessions
from watchword.world import World

_DUMMY_SECRET = "0" * 40
_DUMMY_KEY = "AKIA" + "0" * 16


def signer(
    world: World, access_key_id: str, token: str | None, verify: Callable[[str], None]
) -> tuple[Caller, str]:
    """The caller with this access key, and its secret. `verify` raises unless it is given the right secret.

    Raises InvalidClientTokenId, InvalidSessionToken, ExpiredToken, or what `verify` raises.
    """
    try:
        caller, secret = _credentials(world.facts, access_key_id, token)
    except AwsError as unknown:
        with suppress(AwsError):
            verify(_DUMMY_SECRET)
        raise unknown from None
    try:
        verify(secret)
    except AwsError:
        if caller.session is None:
            world.facts.get(ACCESS_KEY, _DUMMY_KEY)
        raise
    if caller.session:
        principal = check_session(world.facts, caller.session, world.clock.now())
        caller = structs.replace(caller, principal=principal)
    return caller, secret


def _credentials(facts: Facts, access_key_id: str, token: str | None) -> tuple[Caller, str]:
    if access_key_id.startswith(Prefix.SESSION_KEY):
        session = _session(facts, access_key_id, token)
        return Caller(session.principal, session.access_key_id, session), session.secret
    if token is not None:
        raise fault("InvalidClientTokenId", meant="a session token with a long-term access key")
    key = facts.get(ACCESS_KEY, access_key_id)
    if key is None or not key.active:
        meant = "unknown access key" if key is None else "inactive access key"
        raise fault("InvalidClientTokenId", meant=meant, AWSAccessKeyId=access_key_id)
    return Caller(key.principal, access_key_id), key.secret


def _session(facts: Facts, access_key_id: str, token: str | None) -> Session:
    if token is None:
        meant = "a session's access key without its token"
        raise fault("InvalidClientTokenId", meant=meant, AWSAccessKeyId=access_key_id)
    session = facts.session(token)
    if session.access_key_id != access_key_id:
        raise fault("InvalidSessionToken", meant="the token of another access key")
    return session


def check_session(facts: Facts, session: Session, now: datetime) -> Principal:
    """The principal of the session, as it is called now. Raises ExpiredToken and InvalidSessionToken."""
    if sessions.milliseconds(now) >= session.expires:
        raise fault("ExpiredToken", meant="the session has ended")
    principal = _principal(facts, session)
    if principal is None:
        raise fault("InvalidSessionToken", meant=f"the {session.kind} of this session no longer exists")
    if session.long_term_key and not _is_active(facts, session.long_term_key):
        raise fault("InvalidSessionToken", meant="the access key that asked for this session is gone")
    if session.person and not _still_acts(facts, session, *session.person):
        meant = "the person may not act in this role any more, or has another password"
        raise fault("InvalidSessionToken", meant=meant)
    if _is_revoked(facts, session):
        raise fault("InvalidSessionToken", meant="the session was revoked")
    return principal


def _is_revoked(facts: Facts, session: Session) -> bool:
    """Whether a revocation ends it, of its own account or of the account of the host that it came of."""
    if revocation.covers(facts.need(REVOCATIONS, session.account), session):
        return True
    account = session.host_account
    if account in {"", session.account}:
        return False
    return revocation.covers_host(facts.need(REVOCATIONS, account), session)


def _is_active(facts: Facts, access_key_id: str) -> bool:
    key = facts.get(ACCESS_KEY, access_key_id)
    return key is not None and key.active


def _still_acts(facts: Facts, session: Session, directory: str, user_id: str) -> bool:
    since = facts.get(ACTING_PERSON, directory, user_id, session.unique_id)
    return since is not None and since <= session.issued


def _principal(facts: Facts, session: Session) -> Principal | None:
    """Looked up by unique id, since a name in the token may be another user's by now; None when it's gone."""
    match session.kind:
        case "user":
            return facts.get(USER_BY_ID, session.unique_id)
        case "role":
            return session.principal if facts.get(ROLE_EXISTS, session.unique_id) else None
        case "federated" if session.user_id != session.account:
            user = facts.get(USER_BY_ID, session.user_id)
            return structs.replace(session.principal, user_arn=user.arn) if user else None
        case "root" | "federated":
            return session.principal if facts.get(ACCOUNT_IS_OPEN, session.account) else None
