"""A counter of S3's, and who comes to it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.services.harness import world_on
from tests.services.s3.harness import OTHER, OWNER, Counter

from watchword.names.principal import Anonymous, User
from watchword.store import Database
from watchword.store.iam import inline_policies, users
from watchword.store.iam.inline_policies import Inline


@pytest.fixture
def s3(database: Database, tmp_path: Path, now: datetime) -> Iterator[Counter]:
    """A counter on an empty database with two accounts."""
    world = world_on(database, tmp_path, now, OWNER, OTHER)
    yield Counter(world, now)
    world.journal.close()


@pytest.fixture
def bucket(s3: Counter) -> str:
    """A bucket of the owner's."""
    s3("CreateBucket", Bucket="bucket")
    return "bucket"


@pytest.fixture
def open_bucket(s3: Counter, bucket: str) -> str:
    """The same, where public access isn't blocked."""
    s3("DeletePublicAccessBlock", Bucket=bucket)
    return bucket


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
