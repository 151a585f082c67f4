"""Temporary credentials: how they are answered, and those for the caller's own identity.

Source: AWS STS API Reference, Credentials and GetSessionToken (which needs no permission).
"""

from watchword.facts.credentials import KEYRING
from watchword.names import AwsError, fault
from watchword.services.operation import Call, Operation, Output, no_demands, pure
from watchword.sessions import session as sessions
from watchword.sessions.assume import Requester, own_session
from watchword.sessions.session import Session
from watchword.world import World

UNSERVED = ("ProvidedContexts", "MinimumSessionTokenSize")
"""Contexts are asserted by services of AWS, none of which is here."""


def credentials(world: World, session: Session) -> Output:
    """The shape in which STS hands over a session."""
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": sessions.seal(session, world.facts.need(KEYRING)),
        "Expiration": sessions.moment(session.expires).replace(microsecond=0),
    }


def refuse_mfa(call: Call) -> None:
    """No MFA device can be registered yet, so no code of one can be right."""
    if "SerialNumber" in call.input or "TokenCode" in call.input:
        raise AwsError(
            "AccessDenied",
            403,
            "MultiFactorAuthentication failed, unable to validate MFA code. "
            "Please verify your MFA serial number is valid and associated with this user.",
        )


def refuse_unserved(call: Call) -> None:
    """Raises NotImplemented for what is asked of a session and can't be had here."""
    for member in UNSERVED:
        if call.input.get(member):
            raise fault("NotImplemented", f"{member} is not implemented.")


def get_session_token(call: Call) -> Output:
    refuse_mfa(call)
    refuse_unserved(call)
    caller = call.caller
    requester = Requester(caller.principal, caller.session, caller.access_key_id)
    session = own_session(requester, call.input.get("DurationSeconds"), call.now, call.world.randomness)
    return {"Credentials": credentials(call.world, session)}


OPERATIONS: dict[str, Operation] = {"GetSessionToken": pure(get_session_token, no_demands, mints=True)}
