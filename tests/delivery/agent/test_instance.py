"""watchword agent as instance metadata, with unmodified SDKs and with clients that mean no good."""

import json
import signal
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.delivery.agent.host import Host, Running, ask, eventually, send
from tests.services.sts import node

from watchword.testing import Server

PATH = "/latest/meta-data/iam/security-credentials/web"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Server.start() as server:
        yield Host.of(tmp_path_factory.mktemp("host"), server)


def instance(host: Host, **more: object) -> str:
    lines = {"id": "i-0abc", "role": host.arn("web"), "availability_zone": "eu-west-1a", **more}
    return "[instance]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())


@pytest.fixture(scope="module")
def agent(host: Host) -> Iterator[Running]:
    with host.agent(instance(host)) as running:
        yield running


def test_plain_boto3_is_the_instance(host: Host, agent: Running) -> None:
    assert agent.caller() == host.session("web", "i-0abc")
    disabled = agent.caller(AWS_EC2_METADATA_V1_DISABLED="true")
    assert disabled == host.session("web", "i-0abc")


@node.needs_node
def test_the_sdk_for_javascript_is_the_instance(host: Host, agent: Running) -> None:
    environment = host.environment(AWS_EC2_METADATA_SERVICE_ENDPOINT=agent.imds)
    patient = json.dumps({"timeout": 20_000, "maxRetries": 3})
    for provider in ("fromInstanceMetadata", "fromNodeProviderChain"):
        answer = json.loads(node.run("credentials.mjs", provider, patient, **environment))
        assert answer["Arn"] == host.session("web", "i-0abc")


def test_over_ipv6(host: Host) -> None:
    with host.agent(instance(host), "--imds=[::1]:0") as agent:
        assert agent.imds.startswith("http://[::1]:")
        assert agent.caller() == host.session("web", "i-0abc")


def test_what_an_operator_changes_holds_without_a_restart(host: Host) -> None:
    with host.agent(instance(host)) as agent:
        assert agent.get(agent.imds + PATH)[0] == 401
        agent.rewrite(host.beginning + instance(host, http_tokens="optional"))
        eventually(lambda: agent.get(agent.imds + PATH)[0] == 200)
        before = json.loads(agent.get(agent.imds + PATH)[1])["AccessKeyId"]
        agent.rewrite(host.beginning + instance(host, http_tokens="required", id="i-0abc"))
        eventually(lambda: agent.get(agent.imds + PATH)[0] == 401)
        again = json.loads(agent.get(agent.imds + PATH, **agent.token())[1])["AccessKeyId"]
        assert again == before, "what it holds is kept"
        agent.rewrite(host.beginning + instance(host, http_endpoint="disabled"))
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: agent.get(agent.imds + PATH)[0] == 403)


def test_a_file_that_cannot_be_read_changes_nothing(host: Host) -> None:
    with host.agent(instance(host)) as agent:
        assert agent.metrics()["file_is_current"] == 1
        agent.rewrite("[instance")
        eventually(lambda: agent.metrics()["file_is_current"] == 0)
        assert "the agent goes on as before" in agent.log()
        assert agent.get(agent.imds + PATH, **agent.token())[0] == 200
        agent.rewrite(host.beginning + instance(host))
        eventually(lambda: agent.metrics()["file_is_current"] == 1)


def test_the_identity_document_is_signed(host: Host, tmp_path: Path) -> None:
    files = {"identity_key": str(tmp_path / "none"), "identity_certificate": str(tmp_path / "none")}
    with host.agent(instance(host, **files)) as agent:
        path = "/latest/dynamic/instance-identity/"
        assert "rsa2048" in agent.get(agent.imds + path, **agent.token())[1]
        status, said = agent.get(f"{agent.imds}{path}rsa2048", **agent.token())
        assert (status, "can't be signed" in said) == (500, True)


def head(agent: Running, start: str, **headers: str) -> bytes:
    host = agent.imds.partition("//")[2]
    lines = {"Host": host, "Connection": "close", **headers}
    return "\r\n".join([start, *(f"{name}: {value}" for name, value in lines.items()), "", ""]).encode()


TTL = "X-aws-ec2-metadata-token-ttl-seconds"


@pytest.mark.parametrize(
    ("start", "headers", "status"),
    [
        pytest.param("GET http://evil.example/latest/meta-data/ HTTP/1.1", {}, 401, id="SSRF: absolute URI"),
        pytest.param(
            "PUT http://evil.example/latest/api/token HTTP/1.1",
            {TTL: "60", "Host": "evil.example"},
            403,
            id="SSRF: absolute URI of its host",
        ),
        pytest.param("PUT /latest/api/token HTTP/1.0", {TTL: "60", "Host": "x"}, 403, id="HTTP/1.0"),
        pytest.param("GET /latest/%0d%0aX:y HTTP/1.1", {}, 401, id="SSRF: header injection, encoded"),
        pytest.param(
            "GET /latest/\r\nX-aws-ec2-metadata-token: y HTTP/1.1", {}, 401, id="SSRF: header injection"
        ),
        pytest.param("PUT /latest/api/token HTTP/1.1", {TTL: "60\n X: y"}, 400, id="a folded header"),
        pytest.param("PUT /latest/api/token HTTP/1.1", {TTL: "60", "X-FORWARDED-FOR": "x"}, 403, id="case"),
        pytest.param("GET /latest/ HTTP/1.1", {"X": "y" * 70_000}, 400, id="an oversized head"),
        pytest.param("CONNECT evil.example:80 HTTP/1.1", {}, 400, id="SSRF: CONNECT"),
        pytest.param("TRACE /latest/ HTTP/1.1", {}, 405, id="TRACE"),
    ],
)
def test_what_tricked_clients_send(
    agent: Running, start: str, headers: Mapping[str, str], status: int
) -> None:
    answer = send(agent.imds, head(agent, start, **headers))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:200]
    assert b"ASIA" not in answer
    assert b"\r\nlocation:" not in answer.lower()


def test_a_form_cannot_put(agent: Running) -> None:
    body = "_method=PUT&x=1"
    more = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), TTL: "60"}
    answer = send(agent.imds, head(agent, "POST /latest/api/token HTTP/1.1", **more) + body.encode())
    assert answer.startswith(b"HTTP/1.1 405 ")


def test_a_body_that_is_announced_and_large(agent: Running) -> None:
    more = {"Content-Length": str(1 << 30), "Expect": "100-continue", TTL: "60"}
    answer = send(agent.imds, head(agent, "PUT /latest/api/token HTTP/1.1", **more))
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_slow_client_is_hung_up_on_and_keeps_nobody_waiting(agent: Running) -> None:
    host, port = agent.imds.partition("//")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=30) as slow:
        slow.sendall(b"PUT /latest/api/token HTTP/1.1\r\n")
        assert ask("GET", agent.imds + PATH, **agent.token())[0] == 200
        assert slow.recv(1 << 10) == b""


def test_the_agent_is_small_and_ends_when_told(host: Host) -> None:
    with host.agent(instance(host)) as agent:
        assert agent.get(agent.imds + PATH, **agent.token())[0] == 200
        status = Path(f"/proc/{agent.process.pid}/status").read_text()
        (resident,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        assert resident <= 40 << 10
        agent.process.send_signal(signal.SIGTERM)
        assert agent.process.wait(20) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--imds=nowhere"], "not ADDRESS:PORT: 'nowhere'; say 127.0.0.1:1338 or [::1]:1338"),
        (["--imds=127.0.0.1:99999"], "not ADDRESS:PORT"),
        (["--imds=example.com:80"], "not ADDRESS:PORT"),
        (["--imds=192.0.2.1:0"], "annot assign requested address"),
        (["--config=/nowhere"], "/nowhere"),
    ],
)
def test_what_is_wrong_is_one_line(host: Host, arguments: list[str], said: str) -> None:
    with pytest.raises(AssertionError) as ended, host.agent(instance(host), *arguments):
        pass
    assert str(ended.value).startswith("watchword: ")
    assert said in str(ended.value)
    assert str(ended.value).partition("\nassert")[0].count("\n") == 1
