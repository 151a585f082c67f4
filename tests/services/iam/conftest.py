"""IAM on each database, as the root users of two accounts call it."""

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.services.iam.harness import A, B, Fresh, Iam

from watchword.access import Caller
from watchword.facts import Facts
from watchword.installation.installation import RootKey
from watchword.names.principal import Root
from watchword.proofs.keyring import new_key, wrap
from watchword.store import Database, accounts, keyring
from watchword.store.accounts import Account
from watchword.store.cache import Cache
from watchword.store.keyring import WrappedKey
from watchword.world import World


@pytest.fixture
def now() -> datetime:
    """A moment that IAM tells whole: to the second."""
    return datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    """Two accounts and a keyring."""
    root = RootKey(secrets.token_bytes(32), secrets.token_bytes)
    cache: Cache[Any] = Cache(1000)
    database.subscribe(cache.apply)
    with database.write(now) as tx:
        key = new_key(secrets.token_bytes)
        keyring.insert(tx, WrappedKey(key.id, wrap(key, root.material, secrets.token_bytes), now))
        for account in (A, B):
            accounts.insert(tx, Account(account, "of a test", now))
    unused: Any = None
    return World(
        settings=unused,
        clock=unused,
        randomness=secrets.token_bytes,
        database=database,
        root_key=root,
        facts=Facts(database, Fresh(), cache, root),
        models=unused,
        journal=unused,
        objects=unused,
    )


@pytest.fixture
def iam(world: World, now: datetime) -> Iam:
    """IAM as account A's root calls it."""
    return Iam(world, Caller(Root(A)), now)


@pytest.fixture
def other(world: World, now: datetime) -> Iam:
    """IAM as account B's root calls it."""
    return Iam(world, Caller(Root(B)), now)
