"""The agent over hours: rotation, a server that is away, roles that are gone, and a thousand workloads."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.delivery.agent.host import Host, Running, eventually

from watchword.delivery.agent.running import CONTAINER, IMDS, Agent
from watchword.delivery.served import serving
from watchword.testing import Server

TOKEN = "the-token-of-the-app"
URI, AUTHORIZATION = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
MANY = 1000


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Server.start() as server:
        yield Host.of(tmp_path_factory.mktemp("host"), server)


def workload(host: Host, role: str = "app", name: str = "app", token: str = TOKEN) -> str:
    return f'[workloads.{name}]\nrole = "{host.arn(role)}"\ntoken = "{token}"\n'


class Time:
    """The time of this process, which goes ahead with that of the server."""

    def __init__(self, server: Server) -> None:
        self.server, self.ahead = server, timedelta()

    def now(self, *_: object) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, ahead: timedelta) -> None:
        self.server.advance(ahead.total_seconds())
        self.ahead += ahead


@contextmanager
def agent_of_this_process(host: Host, text: str, time: Time) -> Iterator[tuple[Agent, dict[str, str]]]:
    """An agent, and the URLs of its endpoints."""
    file = host.directory / "agent.toml"
    file.write_text(host.beginning + text)
    agent = Agent(file, time.now)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        urls = {
            name: f"http://127.0.0.1:{listener.getsockname()[1]}"
            for name, listener in ((CONTAINER, one), (IMDS, two))
        }
        with serving(one, partial(agent.meet, CONTAINER)), serving(two, partial(agent.meet, IMDS)):
            yield agent, urls


@pytest.mark.parametrize("endpoint", [CONTAINER, IMDS])
def test_a_client_that_lives_across_rotations_never_sees_an_expired_credential(
    watchword: Server, tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, time = Host.of(tmp_path, watchword), Time(watchword)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(host.directory / "keys"))
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    text = f'[instance]\nid = "i-0abc"\nrole = "{host.arn("web")}"\n{workload(host)}'
    with agent_of_this_process(host, text, time) as (agent, urls):
        if endpoint == CONTAINER:
            monkeypatch.setenv(URI, f"{urls[CONTAINER]}/v1/credentials")
            monkeypatch.setenv(AUTHORIZATION, TOKEN)
        else:
            monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", urls[IMDS])
            monkeypatch.setenv("AWS_METADATA_SERVICE_TIMEOUT", "20")
        session = boto3.Session(region_name="us-east-1")
        sts = session.client("sts", endpoint_url=host.server.endpoint)
        credentials: Any = session.get_credentials()
        credentials._time_fetcher = time.now
        seen = []
        while len(set(seen)) < 4:
            assert sts.get_caller_identity()["Account"] == host.server.account
            seen.append(credentials.get_frozen_credentials().access_key)
            time.advance(timedelta(minutes=7))
            for supply in agent.supplies():
                supply.renew()
        assert len(seen) > 12, "each is used for a while"


def test_a_server_that_is_away_is_bridged(host: Host) -> None:
    with host.agent(workload(host)) as agent:
        asked = f"{agent.container}/v1/credentials"
        before = agent.get(asked, Authorization=TOKEN)
        assert before[0] == 200
        host.server.process.send_signal(signal.SIGSTOP)  # it takes connections, and says nothing
        try:
            for _ in range(3):
                assert agent.get(asked, Authorization=TOKEN) == before
            other = agent.get(f"{agent.container}/v1/credentials", Authorization="x")
            assert other[0] == 403
        finally:
            host.server.process.send_signal(signal.SIGCONT)


def test_who_has_no_credentials_yet_is_told_that_the_server_is_away(host: Host) -> None:
    text = host.beginning.replace(host.server.endpoint, "http://127.0.0.1:1") + workload(host)
    with host.agent(text, beginning="") as agent:
        status, body = agent.get(f"{agent.container}/v1/credentials", Authorization=TOKEN)
        assert (status, json.loads(body)["code"]) == (503, "CredentialsUninitialized")
        assert "can't be reached" in json.loads(body)["message"]
        labels = f'{{role="{host.arn("app")}",session="app"}}'
        eventually(lambda: agent.metrics()[f"failing{labels}"] == 1)
        assert len(re.findall("can't be reached", agent.log())) == 1, "said once"


def test_a_role_that_is_gone_is_cut_off(host: Host) -> None:
    iam = boto3.client("iam", **host.server.client_arguments)
    trust = iam.get_role(RoleName="app")["Role"]["AssumeRolePolicyDocument"]
    iam.create_role(RoleName="brief", AssumeRolePolicyDocument=json.dumps(trust))
    with host.agent(workload(host, "brief")) as agent:
        asked = partial(agent.get, f"{agent.container}/v1/credentials", Authorization=TOKEN)
        assert asked()[0] == 200
        iam.delete_role(RoleName="brief")
        eventually(lambda: asked()[0] == 400)
        assert json.loads(asked()[1])["code"] == "NoCredentialsAssociated"
        assert "its credentials were revoked" in agent.log()
        iam.create_role(RoleName="brief", AssumeRolePolicyDocument=json.dumps(trust))
        eventually(lambda: asked()[0] == 200)


def test_a_thousand_workloads(host: Host) -> None:
    text = "".join(workload(host, "app", f"app-{n}", f"token-of-number-{n:05}") for n in range(MANY))

    def session_of(n: int) -> str:
        token = f"token-of-number-{n:05}"
        status, body = agent.get(f"{agent.container}/v1/credentials", Authorization=token)
        assert status == 200, body
        return str(json.loads(body)["AccessKeyId"])

    with host.agent(text) as agent, ThreadPoolExecutor(16) as threads:
        first = list(threads.map(session_of, range(MANY)))
        assert len(set(first)) == MANY, "each has its own"
        again = [session_of(7) for _ in range(20)]
        assert set(again) == {first[7]}
        renewals = [count for name, count in agent.metrics().items() if name.startswith("renewals_total")]
        assert sum(renewals) == MANY
        assert resident(agent) <= 48 << 10


def test_many_who_ask_at_once_have_the_server_asked_once(host: Host) -> None:
    with host.agent(workload(host)) as agent, ThreadPoolExecutor(16) as threads:
        ask = partial(agent.get, f"{agent.container}/v1/credentials", Authorization=TOKEN)
        answers = set(threads.map(lambda _: ask(), range(64)))
        assert len(answers) == 1
        assert agent.metrics()[f'renewals_total{{role="{host.arn("app")}",session="app"}}'] == 1


def resident(agent: Running) -> int:
    """KiB."""
    status = Path(f"/proc/{agent.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
