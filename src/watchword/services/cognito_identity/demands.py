"""What operations of identity pools demand, and the pool that they then act on."""

from functools import partial

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.pools import PoolFact
from watchword.identity.pools.errors import no_pool
from watchword.identity.pools.logins import VouchedForPool
from watchword.services.cognito_identity.arns import PoolArn
from watchword.services.cognito_identity.attached import OPEN, PREFIX, of_pool, pool_at
from watchword.services.operation import Call
from watchword.store.cognito_identity import pools
from watchword.store.cognito_identity.pools import KIND, Pool

MEMBER = "IdentityPoolId"


def on_pool(call: Call) -> tuple[Demand, ...]:
    """The operation's action on the pool that it names."""
    arn = named(call)
    found = call.resolve(KIND, arn.id, partial(pool_at, call.world.facts, arn))
    return (of_pool(arn, found).demand(PREFIX + call.name, str(arn)),)


def on_anything(call: Call) -> tuple[Demand, ...]:
    """Actions that have no resource. The pool that is named is looked up here too."""
    if MEMBER in call.input:
        arn = named(call)
        call.resolve(KIND, arn.id, partial(pool_at, call.world.facts, arn))
    return (Demand(PREFIX + call.name, "*", call.account),)


def public(call: Call) -> tuple[Demand, ...]:
    """The action of somebody who logs in, or is a guest, on the pool that they have proved something to."""
    vouched = vouched_of(call)
    arn, kind = vouched.pool.arn, "auth" if vouched.logins else "unauth"
    keys: dict[str, ContextValue] = {
        f"cognito-identity-{kind}:IdentityPoolArn": arn,
        f"cognito-identity-{kind}:AccountId": vouched.pool.account,
    }
    return (Demand(PREFIX + call.name, "*", vouched.pool.account, keys, policy=OPEN, policy_name=arn),)


def vouched_of(call: Call) -> VouchedForPool:
    """What the caller of a public operation has proved."""
    vouched = call.caller.vouched
    if not isinstance(vouched, VouchedForPool):
        raise RuntimeError("a caller of a pool has logins")  # noqa: TRY004 a wrong row, not type
    return vouched


def pool_of(call: Call) -> Pool:
    """The pool that was decided on, as it is now. Raises ResourceNotFoundException."""
    pool_id = call.input[MEMBER]
    found: PoolFact | None = call.resolved[KIND, pool_id]
    pool = pools.by_id(call.tx, pool_id) if found else None
    if pool is None:
        raise no_pool(pool_id)
    return pool


def named(call: Call) -> PoolArn:
    """The ARN of the pool of that id, in the caller's account and region."""
    return PoolArn(call.partition, call.context.region, call.account, call.input[MEMBER])
