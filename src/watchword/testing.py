"""For tests: a pytest plugin, and the ephemeral server that it starts.

    def test_upload(watchword):
        s3 = boto3.client("s3", **watchword.client_arguments)
        ...
        watchword.advance(3601)     # credentials minted before have expired now

The plugin is active where the package is installed. One server runs per test process; every test that
uses the fixture `watchword` begins with an empty one, or with what a seed says (docs/seeds.md). The setting
`watchword_serve` of pytest has the options of the server, such as `--seed tests/seed.yaml`. Files of policy
tests (docs/policy-tests.md) are collected like files of Python tests.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pytest

REGION = "us-east-1"
STOP_SECONDS = 10
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The server is on this machine: the environment's proxy is not asked."""
OPTIONS = "watchword_serve"


class Keys(NamedTuple):
    """An access key."""

    access_key_id: str
    secret: str


@dataclass(frozen=True)
class Server:
    """A running `watchword serve --ephemeral`; a context manager that ends it."""

    process: subprocess.Popen[str]
    endpoint: str
    account: str
    access_key_id: str
    secret: str
    accounts: Mapping[str, "Keys"]
    """The root keys of all accounts, by their ids."""

    @classmethod
    def start(cls, *arguments: str, directory: Path | None = None) -> Self:
        """Starts one on a free port, with further options of `watchword serve`.

        Paths are seen from the directory. Raises RuntimeError with its own words when it doesn't come up.
        """
        command = [sys.executable, "-m", "watchword", "serve", "--ephemeral", "--port", "0", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=directory)  # noqa: S603 our own module
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.stdout.close()
            raise RuntimeError(f"watchword serve --ephemeral ended with exit code {process.wait()}")
        said = json.loads(line)
        accounts = {
            each["AccountId"]: Keys(each["AccessKeyId"], each["SecretAccessKey"])
            for each in said.get("Accounts", [said])
        }
        account = said["AccountId"]
        return cls(process, said["Endpoint"], account, *accounts[account], accounts)

    @property
    def environment(self) -> dict[str, str]:
        """What points any AWS SDK or the aws CLI at this server, as root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    @property
    def client_arguments(self) -> dict[str, str]:
        """The same for `boto3.client(service, **arguments)`."""
        return self.arguments_of(self.account)

    def arguments_of(self, account: str) -> dict[str, str]:
        """The same as root of another account."""
        keys = self.accounts[account]
        return {
            "endpoint_url": self.endpoint,
            "aws_access_key_id": keys.access_key_id,
            "aws_secret_access_key": keys.secret,
            "region_name": REGION,
        }

    def reset(self) -> None:
        """As it began, clock on time: empty, or with what the seed says; same accounts and keys."""
        self._post("/_watchword/reset", b"")

    def advance(self, seconds: float) -> None:
        """Sends the server's clock ahead."""
        self._post("/_watchword/clock", json.dumps({"advance": seconds}).encode())

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _post(self, path: str, body: bytes) -> Mapping[str, str]:
        # Not at the top: every run of pytest loads this plugin, and few of them sign anything.
        from watchword.names import Body, HttpRequest  # noqa: PLC0415
        from watchword.sigv4 import Credentials, sign  # noqa: PLC0415

        host = self.endpoint.partition("//")[2]
        request = HttpRequest("POST", path, headers=(("host", host),), body=Body(body))
        credentials = Credentials(self.access_key_id, self.secret)
        signed = sign(request, credentials, service="watchword", region=REGION, now=datetime.now(UTC))
        post = urllib.request.Request(self.endpoint + path, body, dict(signed.headers), method="POST")  # noqa: S310 our own endpoint
        try:
            with _DIRECT.open(post) as answer:
                said: Mapping[str, str] = json.load(answer)
                return said
        except urllib.error.HTTPError as refused:
            with refused:
                raise RuntimeError(f"{path}: {refused.status} {refused.read().decode()}") from None


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting of the server that tests get."""
    parser.addini(OPTIONS, "options of the server that tests get, as of `watchword serve`", "args", [])


@pytest.fixture(scope="session")
def watchword_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """One ephemeral server for all tests of this process."""
    options, directory = pytestconfig.getini(OPTIONS), pytestconfig.rootpath
    with Server.start(*options, directory=directory) as server:
        yield server


@pytest.fixture
def watchword(watchword_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, as it begins; the environment points every AWS SDK at it."""
    watchword_server.reset()
    endpoints = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", *endpoints):
        monkeypatch.delenv(name, raising=False)
    for name, value in watchword_server.environment.items():
        monkeypatch.setenv(name, value)
    return watchword_server


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Files of policy tests, by their name."""
    if not file_path.name.endswith((".policy-tests.yaml", ".policy-tests.yml")):
        return None
    return PolicyFile.from_parent(parent, path=file_path)


class PolicyFile(pytest.File):
    """A file of policy tests."""

    def collect(self) -> Iterator[pytest.Item]:
        from watchword import policy_tests  # noqa: PLC0415 most test runs have none and need no YAML
        from watchword.names.printable import printable  # noqa: PLC0415 the same

        try:
            cases = policy_tests.read(self.path)
        except policy_tests.Unreadable as unreadable:
            raise self.CollectError(printable(str(unreadable))) from None
        for case in cases:
            yield PolicyItem.from_parent(self, name=printable(case.name), case=case)


class PolicyItem(pytest.Item):
    """One policy test."""

    def __init__(self, *, case: Any, **given: Any) -> None:  # noqa: ANN401 pytest's own, and what needs YAML
        super().__init__(**given)
        self.case = case

    def runtest(self) -> None:
        from watchword.names.printable import printable  # noqa: PLC0415 the same

        if failures := self.case.failures():
            pytest.fail("\n".join(map(printable, failures)), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.name
