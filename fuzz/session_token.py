"""Session tokens: none opens but those that were sealed, and a sealed payload is a session or refused.

The input is taken for a token, and also for a payload that our own key sealed.
"""

from contextlib import suppress
from random import Random

from watchword.names import AwsError
from watchword.proofs import session_token
from watchword.proofs.keyring import Keyring, new_key
from watchword.sessions import Session
from watchword.sessions import session as sessions

CHANCE = Random(1)
RING = Keyring((new_key(CHANCE.randbytes), new_key(CHANCE.randbytes)), CHANCE.randbytes)
PLAIN = Session("role", "ASIAEXAMPLE", "secret", "111122223333", "AROAROLE", "role", "/", "session", 0, 1)
LONG = Session(
    "role",
    "ASIAEXAMPLE",
    "secret",
    "111122223333",
    "AROAROLE",
    "role",
    "/",
    "session",
    0,
    1,
    policies=("p" * 900,),
)
SEALED = {sessions.seal(session, RING): session for session in (PLAIN, LONG)}


def seeds() -> list[bytes]:
    payloads = [session_token.open(token, RING) for token in SEALED]
    return [*payloads, *(token.encode() for token in SEALED)]


def check(data: bytes) -> None:
    with suppress(AwsError):
        assert sessions.open(data.decode("latin-1"), RING) in SEALED.values()
    token = session_token.seal(data, RING)
    if len(token) > session_token.MAX_TOKEN:
        return
    assert session_token.open(token, RING) == data
    try:
        session = sessions.open(token, RING)
    except AwsError:
        return
    assert session.principal
    assert sessions.open(sessions.seal(session, RING), RING) == session
