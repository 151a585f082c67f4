"""What breaks below the server's own paths is said without a word of the inside."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchword.app import open_world
from watchword.gateway import control
from watchword.names import Body, HttpRequest
from watchword.settings import Ephemeral, Settings
from watchword.sigv4 import Credentials, sign
from watchword.store import Unavailable
from watchword.world import World

START = Ephemeral("111122223333", "AKIAIOSFODNN7EXAMPLE", "k" * 40)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(Settings(tmp_path, ephemeral=START))
    yield world
    world.close()


@pytest.mark.parametrize(
    ("broken", "status"), [(OSError("a path of the inside"), 500), (Unavailable("the inside"), 503)]
)
def test_a_reset_that_breaks(
    world: World, monkeypatch: pytest.MonkeyPatch, broken: Exception, status: int
) -> None:
    def fail(_: World) -> None:
        raise broken

    monkeypatch.setattr(World, "reset", fail)
    asked = HttpRequest("POST", "/_watchword/reset", headers=(("host", "localhost"),), body=Body(b""))
    signed = sign(
        asked,
        Credentials(START.access_key_id, START.secret),
        service="watchword",
        region="us-east-1",
        now=datetime.now(UTC),
    )
    act = control.find(signed)
    assert act
    answer = act(world, signed)
    assert answer.status == status
    assert isinstance(answer.body, bytes)
    assert b"inside" not in answer.body
