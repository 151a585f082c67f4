"""A server with an instance of Identity Center: Ann, who has a role in an account; Bob, who has an app."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from tests.gateway.console.browser import Browser, Page
from tests.gateway.console.portal.program import Program

from watchword.app import open_world
from watchword.identity.center.reserved_roles import provider_of
from watchword.identity.portal import seeds
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.proofs.mfa import code_of, step_of
from watchword.proofs.password import SALT_BYTES
from watchword.store import accounts, audit
from watchword.store.accounts import Account
from watchword.store.audit_files import newest_first
from watchword.store.iam import roles
from watchword.store.iam.roles import Role
from watchword.store.identity_center import assignments, instances, permission_sets, provisions, users
from watchword.store.identity_center.assignments import Assignment
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet
from watchword.store.identity_center.provisions import Provision
from watchword.store.identity_center.users import User
from watchword.store.portal import authenticators, passwords
from watchword.store.portal.authenticators import Authenticator
from watchword.store.portal.passwords import Password
from watchword.world import World

PASSWORD = "Correct1horse!"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD, salt=bytes(SALT_BYTES))
SEED = b"12345678901234567890"
DIRECTORY, OTHER = "d-0123456789", "d-9876543210"
"""The second one is that of another instance."""
EVE = "e5e00000-0000-4000-8000-000000000003"
ANN, BOB = "a4400000-0000-4000-8000-000000000001", "b0b00000-0000-4000-8000-000000000002"
MEMBER = "222233334444"
INSTANCE_ID = "ssoins-0123456789abcdef"


@dataclass
class Site:
    """The server, its account, and what it has recorded."""

    world: World
    account: str

    def browser(self, **given: Any) -> Browser:
        return Browser(self.world, **given)

    def program(self, **given: Any) -> Program:
        made = Program(self.world)
        made.register(**given)
        return made

    def signed_in(self, name: str = "ann") -> Browser:
        """A browser in which somebody has signed in."""
        browser = self.browser()
        page = self.sign_in(browser, name)
        assert page.status == 200, page.text
        return browser

    def sign_in(self, browser: Browser, name: str, password: str = PASSWORD, to: str = "/start") -> Page:
        page = browser.get(to)
        return browser.submit(page, "/start/signin", user=name, password=password)

    def code(self, steps: int = 0) -> str:
        """What Bob's app shows, so many steps from now."""
        return code_of(SEED, step_of(self.world.clock.wall()) + steps)

    def later(self, **given: float) -> None:
        """Time passes."""
        read, more = self.world.clock.read, timedelta(**given).total_seconds()
        self.world.clock.read = lambda: read() + more

    def events(self, name: str) -> list[dict[str, Any]]:
        """Those of that name, the oldest first."""
        with self.world.database.read() as tx:
            kept = [json.loads(each.event) for each in audit.containing(tx, f'"{name}"')]
        everything = [*newest_first(self.world.settings.journal)][::-1] + kept
        found = [each for each in everything if each["eventName"] == name]
        return sorted(found, key=lambda each: str(each["eventTime"]))

    @property
    def assignment(self) -> Assignment:
        with self.world.database.read() as tx:
            found = assignments.find(tx, "ps-1", MEMBER, "USER", ANN)
        assert found
        return found

    def user(self, user_id: str = ANN) -> User:
        with self.world.database.read() as tx:
            found = users.by_id(tx, DIRECTORY, user_id)
        assert found
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """One for a test that changes something."""
    with _site(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for tests of what is refused."""
    with _site(tmp_path_factory.mktemp("shared")) as made:
        yield made


@contextmanager
def _site(data: Path) -> Iterator[Site]:
    world = open_world(Settings(data))
    stopped = time.time() // 60 * 60 + 15  # no minute ends, and no code changes, while a test runs
    world.clock.read = lambda: stopped
    account, now = first_account(world), world.clock.now()
    ring = world.keyring()
    with world.database.write(now) as tx:
        instance = Instance(INSTANCE_ID, account, "us-east-1", DIRECTORY, "people", now)
        instances.insert(tx, instance)
        accounts.insert(tx, Account(MEMBER, "payroll", now, email="payroll@example.com"))
        instances.insert(tx, Instance("ssoins-f123456789abcdef", MEMBER, "us-east-1", OTHER, "other", now))
        for user_id, name, directory in (
            (ANN, "ann", DIRECTORY),
            (BOB, "bob", DIRECTORY),
            (EVE, "eve", OTHER),
        ):
            users.insert(tx, User(user_id, directory, name, {}, now, "", now, ""))
            passwords.put(tx, Password(user_id, _HASH, now))
        sealed = seeds.seal(SEED, BOB, ring)
        authenticators.put(tx, Authenticator(BOB, sealed.secret, sealed.sealing_key, now, in_use=True))
        for number, name in enumerate(("Read", "Write"), start=1):
            permission_sets.insert(tx, PermissionSet(f"ps-{number}", INSTANCE_ID, name, now))
            role = _role(tx, instance, f"AROA{name.upper():0<17}", name, now)
            provisions.put(tx, Provision(f"ps-{number}", MEMBER, role.id, 1, now))
        assignments.insert(tx, Assignment("ps-1", MEMBER, "USER", ANN, now))
    yield Site(world, account)
    world.close()


def _role(tx: Any, instance: Instance, role_id: str, name: str, now: Any) -> Role:
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": provider_of(instance, MEMBER)},
            "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
            "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        },
    }
    path = "/aws-reserved/sso.amazonaws.com/"
    whole = f"AWSReservedSSO_{name}_0123456789abcdef"
    made = Role(
        id=role_id,
        account=MEMBER,
        name=whole,
        path=path,
        created=now,
        trust=json.dumps(trust),
        description="",
        max_session=43200,
        partition="aws",
    )
    roles.insert(tx, made)
    return made
