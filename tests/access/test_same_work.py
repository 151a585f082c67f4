"""N5: an unknown access key is refused after the same work as a wrong signature, in every form.

The answers say which of the two it was, as AWS's do; the work shows nothing else about a key. Counted, not
timed: a count fails when a step is missing, and never for a busy machine. bench/sigv4.py has the times.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from tests.server.test_signature_matrix import BUCKET, FORMS, Signing

from watchword.access import read_credentials
from watchword.app import open_world
from watchword.installation.administrator import first_account, new_root_key
from watchword.installation.settings import Settings
from watchword.names import AwsError, HttpRequest
from watchword.store import Database
from watchword.store.iam import access_keys
from watchword.world import World

STEPS = {
    "watchword.sigv4.verify": (
        "canonical_request",
        "string_to_sign",
        "sign_text",
        "compare_digest",
    ),
    "watchword.sigv4.sigv4a": ("holds_v4a",),
    "watchword.sigv4.post": ("holds",),
    "watchword.sigv4.sigv2": ("_signature",),
}
PUT = HttpRequest("PUT", f"/{BUCKET}/key", "", (("host", "127.0.0.1:4566"),))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = open_world(Settings(tmp_path_factory.mktemp("work")))
    yield world
    world.close()


@pytest.fixture(scope="module")
def known(world: World) -> str:
    """The id of an access key."""
    return new_root_key(world, first_account(world))[0]


@pytest.fixture(scope="module")
def inactive(world: World) -> str:
    """The id of another one."""
    key_id, _ = new_root_key(world, first_account(world))
    with world.database.write(datetime.now(UTC)) as tx:
        key = access_keys.by_id(tx, key_id)
        assert key
        access_keys.set_status(tx, key, "Inactive")
    return key_id


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each step of a proof was taken."""
    done: Counter[str] = Counter()

    def counted(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def take(*given: Any) -> Any:
            done[name] += 1
            return step(*given)

        return take

    for room, names in STEPS.items():
        module = import_module(room)
        for name in names:
            monkeypatch.setattr(module, name, counted(name, getattr(module, name)))
    monkeypatch.setattr(Database, "read", counted("read", Database.read))
    return done


UNKNOWN = {
    "unknown": ("AKIA" + "A" * 16, "", "InvalidClientTokenId", 1),
    "a name": ("test", "", "InvalidClientTokenId", 1),
    "inactive": ("inactive", "", "InvalidClientTokenId", 0),
    "known, with a token": ("known", "token", "InvalidClientTokenId", 0),
    "a session's, without token": ("ASIA" + "A" * 16, "", "InvalidClientTokenId", 0),
    "a session's, with a made-up token": ("ASIA" + "A" * 16, "made/up+==", "InvalidSessionToken", 0),
}
"""Access key, token, code, and how often the database is read when what is known is cached."""


def refused(world: World, form: str, key_id: str, token: str = "") -> str:
    keys = {"AccessKeyId": key_id, "SecretAccessKey": "a" * 40}
    by = Signing({**keys, "SessionToken": token} if token else keys, datetime.now(UTC), "s3")
    with pytest.raises(AwsError) as caught:
        read_credentials(world.settings, FORMS[form][0](PUT, by)).admit(
            world, world.models.service("s3").operation("PutObject")
        )
    return caught.value.code


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", UNKNOWN)
def test_n5_unknown_and_wrong_are_the_same_work(
    world: World, known: str, inactive: str, work: Counter[str], form: str, how: str
) -> None:
    name, token, code, reads = UNKNOWN[how]
    name = {"known": known, "inactive": inactive}.get(name, name)
    for _ in range(2):  # the second time, what is known is cached
        work.clear()
        assert refused(world, form, known) == "SignatureDoesNotMatch"
    wrong = Counter(work)
    assert wrong["read"] == 1
    assert wrong.total() > 1
    for _ in range(2):
        work.clear()
        assert refused(world, form, name, token) == code
    assert work == Counter({**wrong, "read": reads})
