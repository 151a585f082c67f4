"""A server, an issuer that it may reach, and a pool that is new for each test."""

from collections.abc import Iterator

import pytest
from tests.services.cognito_identity.harness import App
from tests.services.sts.issuer import Issuer

from watchword.testing import Server


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with Issuer.start(tmp_path_factory.mktemp("issuer")) as started:
        yield started


@pytest.fixture(scope="module")
def started(issuer: Issuer) -> Iterator[Server]:
    with Server.start("--private-issuers", issuer.url) as server:
        yield server


@pytest.fixture
def app(started: Server, issuer: Issuer) -> App:
    started.reset()
    return App(started, issuer)
