"""Tags of identity pools. Keys that differ in case only are two keys.

Source: Amazon Cognito Identity API Reference, TagResource and its siblings.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.pools import PoolFact
from watchword.identity.pools.errors import error, no_pool
from watchword.services.cognito_identity.arns import PoolArn
from watchword.services.cognito_identity.attached import PREFIX, of_pool, pool_at
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.cognito_identity import pools
from watchword.store.cognito_identity.pools import KIND, Pool

MOST = 50
RESERVED = "aws:"


def check(given: Mapping[str, str]) -> None:
    """Raises InvalidParameterException for tags that a pool can't have."""
    _check_texts((*given, *given.values()))
    if any(key.lower().startswith(RESERVED) for key in given):
        raise error("InvalidParameter", f"A tag key can't begin with {RESERVED}")
    if len(given) > MOST:
        raise error("InvalidParameter", f"An identity pool has at most {MOST} tags.")


def request_keys(given: Mapping[str, str]) -> dict[str, ContextValue]:
    """Condition keys of the tags in a request."""
    if not given:
        return {}
    return {"aws:TagKeys": tuple(given), **{f"aws:RequestTag/{key}": value for key, value in given.items()}}


def tag_resource(call: Call) -> Output:
    """TagResource."""
    pool = _pool(call)
    check(tags.of(call.tx, KIND, pool.id) | call.input["Tags"])
    tags.put(call.tx, KIND, pool.id, call.input["Tags"])
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource."""
    _check_texts(call.input["TagKeys"])
    tags.remove(call.tx, KIND, _pool(call).id, call.input["TagKeys"])
    return {}


def list_tags_for_resource(call: Call) -> Output:
    """ListTagsForResource."""
    return {"Tags": tags.of(call.tx, KIND, _pool(call).id)}


def on_resource(call: Call) -> tuple[Demand, ...]:
    """The operation's action on the pool, with the tags of the request."""
    arn = PoolArn.parse(call.input["ResourceArn"])
    found = call.resolve(KIND, str(arn), partial(pool_at, call.world.facts, arn))
    keys = request_keys(call.input.get("Tags", {}))
    if "TagKeys" in call.input:
        keys = {"aws:TagKeys": tuple(call.input["TagKeys"])}
    return (of_pool(arn, found).demand(PREFIX + call.name, str(arn), keys),)


def _check_texts(texts: Iterable[str]) -> None:
    if any("\0" in text for text in texts):
        raise error("InvalidParameter", "A tag can't have a NUL character.")


def _pool(call: Call) -> Pool:
    text = call.input["ResourceArn"]
    found: PoolFact | None = call.resolved[KIND, text]
    pool = pools.by_id(call.tx, found.pool.id) if found else None
    if pool is None:
        raise no_pool(PoolArn.parse(text).id)
    return pool


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, on_resource),
    "UntagResource": writes(untag_resource, on_resource),
    "ListTagsForResource": reads(list_tags_for_resource, on_resource),
}
