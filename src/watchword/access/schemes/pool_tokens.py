"""Tokens of this server's identity pools: STS takes them in the basic flow, pools from developers' users.

1. The issuer in the token is that of a pool which is there.
2. The signature is of a published key of the pool's account.
3. It is for that pool, and counts now.

A role is only assumed with it where the pool allows the basic flow. There are no keys to fetch.
Source: Amazon Cognito Developer Guide, "Identity pools authentication flow".
"""

from msgspec.structs import replace

from watchword.access.caller import Caller
from watchword.facts.issuers import TOKEN_KEYS
from watchword.facts.pools import IDENTITY_POOL
from watchword.identity import token_claims, token_issuers, token_keys
from watchword.identity.pools.errors import NO_CLASSIC
from watchword.identity.pools.logins import COGNITO
from watchword.identity.pools.tokens import URL
from watchword.identity.token_claims import refused
from watchword.names.principal import WebIdentity
from watchword.proofs import identity_token
from watchword.proofs.identity_token import IdentityToken, WrongTokenError
from watchword.proofs.public_keys import PublicKey
from watchword.store.cognito_identity.pools import Pool
from watchword.world import World

WRONG_SIGNATURE = "The token's signature is not valid."


def pool_at(world: World, issuer: str) -> Pool | None:
    """The pool whose issuer has that URL."""
    pool_id = token_issuers.id_in(issuer)
    found = world.facts.get(IDENTITY_POOL, pool_id) if ":" in pool_id else None
    return found.pool if found and found.pool.issuer == issuer else None  # 1.


def verify(world: World, pool: Pool, token: IdentityToken) -> None:
    """Raises InvalidIdentityToken and ExpiredTokenException."""
    now = world.clock.wall()
    keys = token_keys.published(world.facts.need(TOKEN_KEYS, pool.account), now)
    try:
        identity_token.verify(token, {key.id: PublicKey(key.key, frozenset({key.algorithm})) for key in keys})
    except WrongTokenError as wrong:
        raise refused(WRONG_SIGNATURE, str(wrong)) from None  # 2.
    token_claims.audience(token, (pool.id,))  # 3.
    token_claims.check_time(token, now.timestamp())


def caller(world: World, pool: Pool, token: IdentityToken, role: str) -> Caller:
    """Who assumes the role of that ARN."""
    verify(world, pool, token)
    if not pool.settings.classic:
        raise refused(NO_CLASSIC, f"pool {pool.id} doesn't allow the basic flow")
    vouched = token_claims.vouched(replace(token, issuer=URL), pool.id, role)
    return Caller(WebIdentity(COGNITO, token.subject, pool.id), vouched=vouched)
