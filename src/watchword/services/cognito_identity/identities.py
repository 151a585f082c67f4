"""Identities of a pool: GetId, which gives them, and the operations that show and remove them.

Source: Amazon Cognito Identity API Reference, GetId, ListIdentities, DescribeIdentity, DeleteIdentities,
UnlinkIdentity.
"""

from collections.abc import Iterable
from dataclasses import replace as with_proof
from functools import partial

from watchword.access import Demand
from watchword.access.schemes import pool_logins
from watchword.identity.pools.errors import error, no_identity, no_pool
from watchword.names.would_block import WouldBlock
from watchword.services.cognito_identity import linking, pages
from watchword.services.cognito_identity.attached import PREFIX
from watchword.services.cognito_identity.demands import on_pool, pool_of, public, vouched_of
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.cognito_identity import identities, pools
from watchword.store.cognito_identity.identities import Identity

IDENTITY = "identity"


def get_id(call: Call) -> Output:
    """GetId."""
    vouched = vouched_of(call)
    if call.input.get("AccountId", vouched.pool.account) != vouched.pool.account:
        raise no_pool(vouched.pool.id)
    return {"IdentityId": linking.find_or_make(call.tx, vouched, call.world.randomness).id}


def unlink_identity(call: Call) -> Output:
    """UnlinkIdentity. Who proves one login of the identity may take any of its logins away."""
    identity = linking.claim(call.tx, vouched_of(call), call.input["IdentityId"])
    named = set(call.input["LoginsToRemove"])
    linked = identities.logins(call.tx, identity.id)
    if missing := named - {each.provider for each in linked}:
        raise error("InvalidParameter", f"The identity has no login of {', '.join(sorted(missing))}.")
    for each in linked:
        if each.provider in named:
            identities.unlink(call.tx, each)
    return {}


def list_identities(call: Call) -> Output:
    """ListIdentities. None is ever disabled here, so HideDisabled hides nothing."""
    pool = pool_of(call)
    found, more = identities.page(call.tx, pool.id, after=pages.start_of(call), limit=pages.size_of(call))
    return {
        "IdentityPoolId": pool.id,
        "Identities": _shown(call, found),
        **pages.end(found[-1].id if found else "", more=more),
    }


def describe_identity(call: Call) -> Output:
    """DescribeIdentity."""
    found: Identity | None = call.resolved[IDENTITY, call.input["IdentityId"]]
    now = identities.by_id(call.tx, found.id) if found else None
    if now is None:
        raise no_identity(call.input["IdentityId"])
    return _shown(call, [now])[0]


def delete_identities(call: Call) -> Output:
    """DeleteIdentities. One that isn't there can't be told from one of another account."""
    refused: list[object] = []
    for identity_id in _named(call):
        found: Identity | None = call.resolved[IDENTITY, identity_id]
        if found:
            identities.remove(call.tx, found)
        else:
            refused.append({"IdentityId": identity_id, "ErrorCode": "AccessDenied"})
    return {"UnprocessedIdentityIds": refused}


def to_describe(call: Call) -> tuple[Demand, ...]:
    """cognito-identity:DescribeIdentity. An identity of another account isn't there."""
    return (_demand(call, call.input["IdentityId"]),)


def to_delete(call: Call) -> tuple[Demand, ...]:
    """cognito-identity:DeleteIdentities for each identity."""
    return tuple(_demand(call, each) for each in _named(call))


def _named(call: Call) -> list[str]:
    return list(dict.fromkeys(call.input["IdentityIdsToDelete"]))


def _demand(call: Call, identity_id: str) -> Demand:
    found = call.resolve(IDENTITY, identity_id, partial(_look, call, identity_id))
    keys = {"cognito-identity:IdentityPoolArn": call.resolved["arn", identity_id]} if found else {}
    return Demand(PREFIX + call.name, "*", call.account, keys)


def _look(call: Call, identity_id: str) -> Identity | None:
    """The identity, if it is of a pool of the caller's account and region."""
    if call.world.facts.cached:
        raise WouldBlock
    with call.world.database.read() as tx:
        found = identities.by_id(tx, identity_id)
        pool = pools.by_id(tx, found.pool_id) if found else None
    if pool is None or (pool.account, pool.region) != (call.account, call.context.region):
        return None
    call.resolved["arn", identity_id] = pool.arn
    return found


def _shown(call: Call, found: Iterable[Identity]) -> list[dict[str, object]]:
    listed = list(found)
    logins = identities.logins_of_all(call.tx, [each.id for each in listed])
    shown: list[dict[str, object]] = []
    for each in listed:
        own = dict.fromkeys(login.provider for login in logins if login.identity_id == each.id)
        about: dict[str, object] = (
            {"IdentityId": each.id, "Logins": list(own)} if own else {"IdentityId": each.id}
        )
        shown.append(about | {"CreationDate": each.created, "LastModifiedDate": each.modified})
    return shown


OPERATIONS: dict[str, Operation] = {
    "GetId": with_proof(writes(get_id, public), proof=pool_logins.read),
    "UnlinkIdentity": with_proof(writes(unlink_identity, public), proof=pool_logins.read),
    "ListIdentities": reads(list_identities, on_pool),
    "DescribeIdentity": reads(describe_identity, to_describe),
    "DeleteIdentities": writes(delete_identities, to_delete),
}
