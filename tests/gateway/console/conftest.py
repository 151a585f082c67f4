"""A server with Ann, who has a password; Bob, who has an MFA device too; and Cat, who must change hers."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from tests.gateway.console.browser import Browser, Page

from watchword.app import open_world
from watchword.gateway.console import built
from watchword.identity import seeds
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.proofs.mfa import code_of, step_of
from watchword.proofs.password import SALT_BYTES
from watchword.store import accounts, audit
from watchword.store.audit_files import newest_first
from watchword.store.iam import login_profiles, mfa_devices, users
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.store.iam.users import User
from watchword.world import World

PASSWORD, OTHER = "Correct1horse!", "Battery2staple!"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD, salt=bytes(SALT_BYTES))
"""Made with little work: a hash is checked with the parameters that it was made with."""
SEED = b"12345678901234567890"
ALIAS = "example-corp"


@dataclass
class Site:
    """The server, its account, and what it has recorded."""

    world: World
    account: str

    def browser(self, **given: Any) -> Browser:
        return Browser(self.world, **given)

    def signed_in(self, name: str = "ann", password: str = PASSWORD) -> tuple[Browser, Page]:
        """A browser in which somebody has signed in, and what they see."""
        browser = self.browser()
        return browser, self.sign_in(browser, name, password)

    def sign_in(self, browser: Browser, name: str, password: str = PASSWORD, to: str = "/signin") -> Page:
        page = browser.get(to)
        return browser.submit(page, "/signin", account=self.account, user=name, password=password)

    def user(self, name: str) -> User:
        with self.world.database.read() as tx:
            found = users.named(tx, self.account, name)
        assert found
        return found

    def code(self, steps: int = 0) -> str:
        """What Bob's device shows, so many steps from now."""
        return code_of(SEED, step_of(self.world.clock.wall()) + steps)

    def events(self, name: str = "ConsoleLogin") -> list[dict[str, Any]]:
        """Those of that name, the oldest first."""
        with self.world.database.read() as tx:
            kept = [json.loads(each.event) for each in audit.containing(tx, f'"{name}"')]
        everything = [*newest_first(self.world.settings.journal)][::-1] + kept
        found = [each for each in everything if each["eventName"] == name]
        return sorted(found, key=lambda each: str(each["eventTime"]))


@pytest.fixture(autouse=True)
def _nothing_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever npm has built on this machine."""
    monkeypatch.setattr(built, "FOLDER", tmp_path / "build")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    world = open_world(Settings(tmp_path))
    stopped = time.time() // 60 * 60 + 15  # no minute ends, and no code changes, while a test runs
    world.clock.read = lambda: stopped
    account, now = first_account(world), world.clock.now()
    ring = world.keyring()
    with world.database.write(now) as tx:
        accounts.set_alias(tx, account, ALIAS)
        for name in ("ann", "bob", "cat", "dan"):
            users.insert(tx, User(f"AIDA{name.upper()}", account, name, "/", now))
        for name in ("ann", "bob", "cat"):
            login_profiles.insert(
                tx, LoginProfile(f"AIDA{name.upper()}", _HASH, now, now, reset_required=name == "cat")
            )
        sealed = seeds.seal(SEED, "MFA1", ring)
        device = MfaDevice("MFA1", account, "phone", "/", now, sealed.secret, sealed.sealing_key)
        mfa_devices.insert(tx, device)
        mfa_devices.assign(tx, device, "AIDABOB")
    yield Site(world, account)
    world.close()
