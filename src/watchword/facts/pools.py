"""Identity pools by id. A pool of a closed account lets nobody in, so it isn't there."""

from collections.abc import Mapping

from msgspec import Struct

from watchword.facts.accounts import is_open
from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.store import Topic, tags
from watchword.store.cognito_identity import pools
from watchword.store.cognito_identity.pools import KIND, Pool


class PoolFact(Struct, frozen=True):
    """A pool and its tags."""

    pool: Pool
    tags: Mapping[str, str]


def _pool(reading: Reading, pool_id: str) -> PoolFact | None:
    found = pools.by_id(reading.tx, pool_id)
    if found is None or not is_open(reading, found.account):
        return None
    reading.depends_on(Topic(KIND, found.id))
    own = tags.of(reading.tx, KIND, found.id)
    reading.weigh(OF_A_POOL + OF_A_TAG * len(own))
    return PoolFact(found, own)


OF_A_POOL = 16384
"""Bytes of a pool: its role mappings can have many rules."""
IDENTITY_POOL = Fact(KIND, _pool)
