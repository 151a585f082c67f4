"""A counter of S3's, and who comes to it."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.services.s3.harness import OTHER, OWNER, Counter, Fresh

from watchword.facts import Facts
from watchword.installation.installation import Clock, RootKey
from watchword.installation.settings import Settings
from watchword.names.principal import Anonymous, User
from watchword.objects import Objects
from watchword.reference.models import read_model
from watchword.store import Cache, Database, accounts
from watchword.store.accounts import Account
from watchword.store.audit_files import Journal
from watchword.store.iam import inline_policies, users
from watchword.store.iam.inline_policies import Inline
from watchword.wire import Models
from watchword.world import World


@pytest.fixture
def s3(database: Database, tmp_path: Path, now: datetime) -> Iterator[Counter]:
    """A counter on an empty database with two accounts."""
    cache = Cache(1000)
    database.subscribe(cache.apply)
    root_key = RootKey(os.urandom(32), os.urandom)
    world = World(
        settings=Settings(data=tmp_path),
        clock=Clock(now.timestamp),
        randomness=os.urandom,
        database=database,
        root_key=root_key,
        facts=Facts(database, Fresh(), cache, root_key),
        models=Models(read_model),
        journal=Journal(tmp_path / "audit"),
        objects=Objects.open(tmp_path / "objects", durable=False),
    )
    with database.write(now) as tx:
        accounts.insert(tx, Account(OWNER, "owner", now))
        accounts.insert(tx, Account(OTHER, "other", now))
    yield Counter(world, now)
    world.journal.close()


@pytest.fixture
def bucket(s3: Counter) -> str:
    """A bucket of the owner's."""
    s3("CreateBucket", Bucket="bucket")
    return "bucket"


@pytest.fixture
def user(s3: Counter) -> Callable[..., User]:
    """Makes a user: given a name, its policy documents, and an account."""

    def make(name: str, *documents: str, account: str = OWNER) -> User:
        number = name.upper().ljust(17, "X")[:17]
        with s3.world.database.write(s3.now) as tx:
            users.insert(tx, users.User(f"AIDA{number}", account, name, "/", s3.now))
            for place, document in enumerate(documents):
                inline_policies.put(tx, Inline("user", f"AIDA{number}", f"policy-{place}", document))
        return User(account, name, f"AIDA{number}")

    return make


@pytest.fixture
def nobody() -> Anonymous:
    """Whoever sends no signature."""
    return Anonymous()
