"""Tokens of identities: GetOpenIdToken, for the basic flow; and how they are signed.

A token counts for ten minutes, and can't be taken back. One that is had for another token of the pool ends
with that one: nobody stays logged in by tokens of the pool alone. It is signed with a key of the account's
issuer. Its times are the real ones, as those of all tokens.
Source: Amazon Cognito Identity API Reference, GetOpenIdToken.
"""

from dataclasses import replace as with_proof
from datetime import timedelta

import msgspec

from watchword.access.schemes import pool_logins
from watchword.facts.issuers import TOKEN_KEYS
from watchword.identity import token_issuers, token_keys
from watchword.identity.pools.errors import NO_CLASSIC, error
from watchword.identity.pools.tokens import Told, seconds_until, told
from watchword.names import fault
from watchword.proofs import issued_token
from watchword.services.cognito_identity import linking
from watchword.services.cognito_identity.demands import public, vouched_of
from watchword.services.operation import Call, Operation, Output, writes

LONGEST = 600
ALGORITHM = "RS256"


def get_open_id_token(call: Call) -> Output:
    """GetOpenIdToken."""
    vouched = vouched_of(call)
    if not vouched.pool.settings.classic:
        raise error("InvalidParameter", NO_CLASSIC)
    identity = linking.claim(call.tx, vouched, call.input["IdentityId"])
    linking.use_up(call.tx, vouched, call.world.clock.wall())
    return {"IdentityId": identity.id, "Token": signed(call, told(vouched, identity.id), _lifetime(call))}


def _lifetime(call: Call) -> timedelta:
    """Until a token or a session of the login ends, if that is sooner."""
    vouched, now = vouched_of(call), call.world.clock.wall().timestamp()
    ends = (*vouched.session_ends, vouched.own_token.get("exp"))
    return timedelta(seconds=seconds_until(ends, now, LONGEST))


def signed(call: Call, said: Told, lifetime: timedelta) -> str:
    """The token that says so."""
    world, pool = call.world, said.pool
    now = world.clock.wall()
    key = token_keys.signing(world.facts.need(TOKEN_KEYS, pool.account), ALGORITHM, now)
    if key is None:
        raise fault("ServiceUnavailable", meant=f"account {pool.account} has no key to sign tokens with")
    times = (now.replace(microsecond=0), lifetime)
    claims = token_issuers.registered(pool.issuer, said.identity, [pool.id], times, world.randomness)
    return issued_token.sign(msgspec.json.encode({**claims, **said.claims()}), key)


OPERATIONS: dict[str, Operation] = {
    "GetOpenIdToken": with_proof(writes(get_open_id_token, public, mints=True), proof=pool_logins.read),
}
