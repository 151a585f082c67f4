"""A world of its own for each test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchword.app import open_world
from watchword.installation.administrator import new_root_key
from watchword.installation.settings import Settings
from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(Settings(tmp_path))
    yield world
    world.close()


@pytest.fixture
def signed(world: World) -> Callable[..., HttpRequest]:
    """Given method, path and body: a request to S3, signed by root."""
    credentials = Credentials(*new_root_key(world, ""))

    def make(method: str, path: str, body: bytes = b"", **headers: str) -> HttpRequest:
        path, _, query = path.partition("?")
        sent = {"host": "localhost", **headers}
        request = HttpRequest(method, path, query, tuple(sent.items()), Body(body))
        return sign(request, credentials, service="s3", region="us-east-1", now=datetime.now(UTC))

    return make
