"""One kept server for the tests of a process that only need one."""

from collections.abc import Iterator

import pytest
from tests.server.harness import Keys, Running, credentials, serve


@pytest.fixture(autouse=True)
def _nobodys_account(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting and no credentials but a test's own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on SQLite that keeps its data."""
    with serve(tmp_path_factory.mktemp("kept") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def administrator(kept: Running) -> Keys:
    """A session of the kept server's administrator."""
    return credentials(kept.data)
