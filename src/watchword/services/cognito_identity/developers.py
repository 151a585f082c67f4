"""Users that the account's own service logs in: developer identities.

The service calls with credentials of its own and names its users as it likes. The token that it gets for one
is a login of that user's identity (`identity.pools.logins`).
Source: Amazon Cognito Identity API Reference, GetOpenIdTokenForDeveloperIdentity, LookupDeveloperIdentity,
MergeDeveloperIdentities, UnlinkDeveloperIdentity; Amazon Cognito Developer Guide, "Developer-authenticated
identities".
"""

from datetime import timedelta

from msgspec import structs

from watchword.access.schemes import pool_logins
from watchword.facts.pools import PoolFact
from watchword.identity.pools.errors import TAKEN, error, no_pool
from watchword.identity.pools.logins import Login, VouchedForPool
from watchword.identity.pools.tokens import check_tags, told
from watchword.services.cognito_identity import linking, pages, tokens
from watchword.services.cognito_identity.demands import MEMBER, on_pool, pool_of
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.cognito_identity import identities
from watchword.store.cognito_identity.identities import Login as Linked
from watchword.store.cognito_identity.pools import KIND, Pool

DEFAULT_SECONDS = 900
LONGEST_USER = 1024


def get_open_id_token(call: Call) -> Output:
    """GetOpenIdTokenForDeveloperIdentity."""
    vouched: VouchedForPool = call.prepared
    tx, pool, identity_id = call.tx, vouched.pool, call.input.get("IdentityId")
    if identity_id is None:
        identity = linking.find_or_make(tx, vouched, call.world.randomness)
    else:
        linked = identities.linked(tx, pool.id, vouched.logins[0].provider, vouched.logins[0].subject)
        if linked and linked.identity_id != identity_id:
            raise error("DeveloperUserAlreadyRegistered", f"{TAKEN[:-1]}: {linked.identity_id}.")
        identity = linking.identity_of(tx, pool, identity_id)
        linking.link(tx, pool, identity, vouched.logins)
    linking.use_up(tx, vouched, call.world.clock.wall())
    said, lifetime = told(vouched, identity.id), call.input.get("TokenDuration", DEFAULT_SECONDS)
    if tags := call.input.get("PrincipalTags"):
        check_tags(tags)
        said = structs.replace(said, tags=tags)
    return {"IdentityId": identity.id, "Token": tokens.signed(call, said, timedelta(seconds=lifetime))}


def verify_logins(call: Call) -> VouchedForPool:
    """The user of the service, first, and the verified logins beside it. Raises AwsError."""
    fact: PoolFact | None = call.resolved[KIND, call.input[MEMBER]]
    if fact is None:
        raise no_pool(call.input[MEMBER])
    pool, given = fact.pool, dict(call.input["Logins"])
    user = given.pop(pool.settings.developer, "")
    if not user:
        raise error("InvalidParameter", "Logins don't have the developer provider name of the pool.")
    login = Login(pool.settings.developer, _checked(user), pool.id)
    return VouchedForPool(pool, (login, *pool_logins.verify(call.world, pool, given)))


def lookup_developer_identity(call: Call) -> Output:
    """LookupDeveloperIdentity: the other one of identity and user, or whether they belong together."""
    pool, identity_id = pool_of(call), call.input.get("IdentityId")
    if user := call.input.get("DeveloperUserIdentifier"):
        owner = _linked(call, pool, user).identity_id
    elif identity_id:
        owner = linking.identity_of(call.tx, pool, identity_id).id
    else:
        raise error("InvalidParameter", "Either IdentityId or DeveloperUserIdentifier is required.")
    if identity_id not in (None, owner):
        raise error("ResourceConflict", f"{user} is not a user of {identity_id}.")
    if user and identity_id:
        return {"IdentityId": owner, "DeveloperUserIdentifierList": [user]}
    provider, after, limit = pool.settings.developer, pages.start_of(call), pages.size_of(call)
    found, more = identities.subjects(call.tx, owner, provider, after=after, limit=limit)
    users = [each.subject for each in found]
    return {
        "IdentityId": owner,
        "DeveloperUserIdentifierList": users,
        **pages.end(users[-1] if users else "", more=more),
    }


def merge_developer_identities(call: Call) -> Output:
    """MergeDeveloperIdentities: the identity of the source is removed, its logins are the other's."""
    pool, tx = _pool(call), call.tx
    source, destination = (
        linking.identity_of(tx, pool, _linked(call, pool, call.input[f"{which}UserIdentifier"]).identity_id)
        for which in ("Source", "Destination")
    )
    if source == destination:
        return {"IdentityId": destination.id}
    moved = identities.logins(tx, source.id)
    identities.remove(tx, source)
    linking.link(tx, pool, destination, [Login(each.provider, each.subject) for each in moved])
    return {"IdentityId": destination.id}


def unlink_developer_identity(call: Call) -> Output:
    """UnlinkDeveloperIdentity."""
    pool = _pool(call)
    linked = _linked(call, pool, call.input["DeveloperUserIdentifier"])
    if linked.identity_id != call.input["IdentityId"]:
        raise error("ResourceConflict", f"{linked.subject} is not a user of {call.input['IdentityId']}.")
    identities.unlink(call.tx, linked)
    return {}


def _pool(call: Call) -> Pool:
    """The pool, whose developer provider the request names."""
    pool = pool_of(call)
    if call.input["DeveloperProviderName"] != pool.settings.developer:
        raise error("InvalidParameter", "That is not the developer provider name of the pool.")
    return pool


def _linked(call: Call, pool: Pool, user: str) -> Linked:
    found = identities.linked(call.tx, pool.id, pool.settings.developer, _checked(user))
    if found is None:
        raise error("ResourceNotFound", f"Developer user '{user}' not found.")
    return found


def _checked(user: str) -> str:
    """Raises InvalidParameterException for a name of a user that can't be stored."""
    if len(user) > LONGEST_USER or "\0" in user:
        raise error("InvalidParameter", "A developer user identifier is too long or has a NUL character.")
    return user


OPERATIONS: dict[str, Operation] = {
    "GetOpenIdTokenForDeveloperIdentity": writes(
        get_open_id_token, on_pool, mints=True, prepare=verify_logins
    ),
    "LookupDeveloperIdentity": reads(lookup_developer_identity, on_pool),
    "MergeDeveloperIdentities": writes(merge_developer_identities, on_pool),
    "UnlinkDeveloperIdentity": writes(unlink_developer_identity, on_pool),
}
