"""Temporary credentials: the shape of the answer, and GetSessionToken.

Source: AWS STS API Reference, Credentials, GetSessionToken (it needs no permission).
"""

from watchword.facts.credentials import KEYRING
from watchword.names import fault
from watchword.services.operation import Call, Operation, Output, no_demands, pure
from watchword.services.sts.multi_factor import second_factor
from watchword.sessions import session as sessions
from watchword.sessions.assume import Requester
from watchword.sessions.own import own_session
from watchword.sessions.session import Session
from watchword.world import World

UNSERVED = ("ProvidedContexts", "MinimumSessionTokenSize")
"""Contexts come from IAM Identity Center, which isn't here, and only AWS STS can read them."""


def credentials(world: World, session: Session) -> Output:
    """A session as STS answers it."""
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": sessions.seal(session, world.facts.need(KEYRING)),
        "Expiration": sessions.moment(session.expires // 1000 * 1000),
    }


def refuse_unserved(call: Call) -> None:
    """Raises NotImplemented for input that isn't served."""
    for member in UNSERVED:
        if call.input.get(member):
            raise fault("NotImplemented", f"{member} is not implemented.")


def get_session_token(call: Call) -> Output:
    refuse_unserved(call)
    caller = call.caller
    requester = Requester(
        caller.principal, caller.session, caller.access_key_id, multi_factor=second_factor(call)
    )
    session = own_session(requester, call.input.get("DurationSeconds"), call.now, call.world.randomness)
    return {"Credentials": credentials(call.world, session)}


OPERATIONS: dict[str, Operation] = {"GetSessionToken": pure(get_session_token, no_demands, mints=True)}
