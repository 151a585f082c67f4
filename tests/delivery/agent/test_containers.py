"""watchword agent as container endpoint: workloads by user and by token, in both forms of the URI."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.delivery.agent.host import Host, Running, eventually
from tests.services.sts import node

from watchword.testing import Server

APP, BATCH = "token-of-the-app", "token-of-the-batch"
ME = str(os.getuid())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Server.start() as server:
        yield Host.of(tmp_path_factory.mktemp("host"), server)


def workload(host: Host, name: str, role: str, **more: str) -> str:
    lines = {"role": host.arn(role), **more}
    return f"[workloads.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())


@pytest.fixture(scope="module")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("run") / "token"
    file.touch(0o600)
    file.write_text(BATCH)  # botocore refuses one with a line end
    return file


@pytest.fixture(scope="module")
def agent(host: Host, token_file: Path) -> Iterator[Running]:
    text = workload(host, "mine", "web", user=ME)
    text += workload(host, "app", "app", token=APP)
    text += workload(host, "batch", "batch", token_file=str(token_file), user=ME)
    text += workload(host, "other", "batch", token="token-of-another-user", user="12345")
    with host.agent(text) as running:
        yield running


FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"


def test_plain_boto3_is_its_workload(host: Host, agent: Running, token_file: Path) -> None:
    here = {FULL: f"{agent.container}/v1/credentials"}
    assert agent.caller(**here) == host.session("web", "mine")
    assert agent.caller(**here, **{TOKEN: APP}) == host.session("app", "app")
    assert agent.caller(**here, **{TOKEN_FILE: str(token_file)}) == host.session("batch", "batch")
    both = agent.caller(**here, **{TOKEN: APP, TOKEN_FILE: str(token_file)})
    assert both == host.session("batch", "batch"), "the file wins, as in every SDK"


@node.needs_node
def test_the_sdk_for_javascript_is_its_workload(host: Host, agent: Running) -> None:
    here = host.environment(**{FULL: f"{agent.container}/v1/credentials", TOKEN: APP})
    patient = json.dumps({"timeout": 20_000, "maxRetries": 3})
    for provider in ("fromContainerMetadata", "fromHttp", "fromNodeProviderChain"):
        answer = json.loads(node.run("credentials.mjs", provider, patient, **here))
        assert answer["Arn"] == host.session("app", "app")


def test_the_documents(host: Host, agent: Running) -> None:
    for path, headers in (("/v1/credentials", {"Authorization": APP}), (f"/v2/credentials/{APP}", {})):
        status, body = agent.get(agent.container + path, **headers)
        assert status == 200
        assert json.loads(body).keys() == {"RoleArn", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
        assert json.loads(body)["RoleArn"] == host.arn("app")


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        pytest.param("/v1/credentials", {"Authorization": "x"}, 403, "AccessDenied", id="no token of ours"),
        pytest.param("/v1/credentials", {"Authorization": ""}, 403, "AccessDenied", id="an empty token"),
        pytest.param(
            "/v1/credentials", {"Authorization": APP[:-1]}, 403, "AccessDenied", id="part of a token"
        ),
        pytest.param(
            "/v1/credentials", {"Authorization": f"Bearer {APP}"}, 403, "AccessDenied", id="a bearer token"
        ),
        pytest.param(
            "/v1/credentials",
            {"Authorization": "token-of-another-user"},
            403,
            "AccessDenied",
            id="a token in the hand of another user",
        ),
        pytest.param(
            f"/v1/credentials?token={APP}", {}, 404, "InvalidIdInRequest", id="a token in the query"
        ),
        pytest.param("/v1/credentials/", {"Authorization": APP}, 404, "InvalidIdInRequest", id="a slash"),
        pytest.param(
            "/role-arn/arn:aws:iam::1:role/x", {}, 404, "InvalidIdInRequest", id="a role of its choice"
        ),
        pytest.param(f"/v1/credentials/../../v2/credentials/{APP}", {}, 404, "InvalidIdInRequest", id="dots"),
        pytest.param("/v2/credentials", {}, 400, "NoIdInRequest", id="no id"),
        pytest.param("/v2/credentials/", {}, 400, "NoIdInRequest", id="an empty id"),
        pytest.param("/v2/credentials/x", {}, 400, "InvalidIdInRequest", id="an id that isn't one"),
        pytest.param(f"/v2/credentials/{APP}/", {}, 400, "InvalidIdInRequest", id="an id and more"),
        pytest.param(f"/v2/credentials//{APP}", {}, 400, "InvalidIdInRequest", id="two slashes"),
        pytest.param(
            f"/v2/credentials/{APP.replace('-', '%2D')}", {}, 400, "InvalidIdInRequest", id="an encoded id"
        ),
        pytest.param(
            "/v2/credentials/token-of-another-user", {}, 400, "InvalidIdInRequest", id="an id of another user"
        ),
        pytest.param("/v1/credentials", {"Host": "evil.example"}, 403, "AccessDenied", id="DNS rebinding"),
        pytest.param("/v1/credentials", {"X-Forwarded-For": "x"}, 403, "AccessDenied", id="through a proxy"),
    ],
)
def test_who_gets_none(agent: Running, path: str, headers: dict[str, str], status: int, code: str) -> None:
    found, body = agent.get(agent.container + path, **headers)
    said = json.loads(body)
    assert (found, said["code"], said["HTTPErrorCode"]) == (status, code, status)
    assert APP not in body


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may ask as another user")
def test_another_user_is_no_workload(agent: Running) -> None:
    os.seteuid(12345)
    try:
        status, body = agent.get(f"{agent.container}/v1/credentials")
    finally:
        os.seteuid(0)
    assert (status, json.loads(body)["code"]) == (403, "AccessDenied")


def test_a_token_after_its_workload_ended(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(BATCH)
    with host.agent(workload(host, "batch", "batch", token_file=str(file))) as agent:
        asked = f"{agent.container}/v1/credentials"
        assert agent.get(asked, Authorization=BATCH)[0] == 200
        file.unlink()
        eventually(lambda: agent.get(asked, Authorization=BATCH)[0] == 403)
        file.touch(0o600)
        file.write_text(APP)
        eventually(lambda: agent.get(asked, Authorization=APP)[0] == 200)
        assert agent.get(asked, Authorization=BATCH)[0] == 403
        agent.rewrite(host.beginning)
        eventually(lambda: agent.get(asked, Authorization=APP)[0] == 403)


def test_two_workloads_that_cannot_be_told_apart(host: Host) -> None:
    text = workload(host, "one", "app", user=ME) + workload(host, "two", "app", user=ME)
    with pytest.raises(AssertionError, match="workloads one and two can't be told apart"), host.agent(text):
        pass


def test_no_role_is_given_that_the_server_refuses(host: Host) -> None:
    text = workload(host, "none", "none", token=APP)
    with host.agent(text) as agent:
        status, body = agent.get(f"{agent.container}/v1/credentials", Authorization=APP)
        assert (status, json.loads(body)["code"]) == (400, "NoCredentialsAssociated")
        assert "AccessDenied" in json.loads(body)["message"]
        labels = f'{{role="{host.arn("none")}",session="none"}}'
        assert agent.metrics()[f"failing{labels}"] == 1
        assert agent.metrics()[f"credentials_seconds{labels}"] == 0


def test_no_secret_is_in_metrics_or_log(agent: Running) -> None:
    document = json.loads(agent.get(f"{agent.container}/v1/credentials", Authorization=APP)[1])
    shown = agent.get(f"{agent.urls[2]}/metrics")[1] + agent.log()
    assert 'answers_total{endpoint="container",status="200"}' in shown
    for secret in (APP, BATCH, document["SecretAccessKey"], document["Token"]):
        assert secret not in shown
