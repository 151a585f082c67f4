"""watchword agent on a node of a cluster: pods get the role of their service account, by plain boto3."""

import json
import re
import time
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.delivery.agent.host import Host, Running, allow, eventually
from tests.services.eks_auth.test_pods import claims
from tests.services.eks_auth.test_pods import trust as trust_pods
from tests.services.sts.issuer import Issuer

from watchword.delivery.agent import pods
from watchword.delivery.agent.pods import PodTokens, TooManyError
from watchword.delivery.agent.written import File, Pods
from watchword.delivery.supply import Issued, NotIssued, Refused
from watchword.names.members import fit
from watchword.testing import Server

FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
CLUSTER = {"clusterName": "main", "namespace": "shop", "serviceAccount": "cart"}


class Node:
    """A node of the cluster `main`, whose agent runs."""

    def __init__(self, host: Host, issuer: Issuer) -> None:
        self.host, self.issuer = host, issuer
        self.iam: Any = boto3.client("iam", **host.server.client_arguments)
        self.eks: Any = boto3.client("eks", **host.server.client_arguments)
        self.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])
        trust = allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{host.server.account}:root"})
        self.iam.create_role(RoleName="node", AssumeRolePolicyDocument=trust)
        may = allow("eks-auth:AssumeRoleForPodIdentity", Resource="*")
        self.iam.put_role_policy(RoleName="node", PolicyName="pods", PolicyDocument=may)
        connector = {"roleArn": host.arn("node"), "provider": "OTHER"}
        tags = {"watchword:issuer": issuer.url}
        self.eks.register_cluster(name="main", connectorConfig=connector, tags=tags)
        self.associate("cart")

    def associate(self, role: str) -> None:
        self.iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust_pods())
        self.eks.create_pod_identity_association(
            **CLUSTER | {"serviceAccount": role}, roleArn=self.host.arn(role)
        )

    @property
    def text(self) -> str:
        return f'[pods]\ncluster = "main"\nrole = "{self.host.arn("node")}"\n'

    def token(self, account: str = "cart", **changed: Any) -> str:
        bound = {"serviceaccount": {"name": account, "uid": "u-1"}}
        subject = f"system:serviceaccount:shop:{account}"
        return self.issuer.token(**claims(**{"sub": subject, "bound": bound} | changed))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with (
        Issuer.start(tmp_path_factory.mktemp("issuer")) as issuer,
        Server.start("--private-issuers", issuer.url) as server,
    ):
        yield Node(Host.of(tmp_path_factory.mktemp("host"), server), issuer)


@pytest.fixture(scope="module")
def agent(node: Node) -> Iterator[Running]:
    with node.host.agent(node.text) as running:
        yield running


def ask(agent: Running, token: str) -> tuple[int, dict[str, Any]]:
    status, body = agent.get(f"{agent.container}/v1/credentials", Authorization=token)
    return status, json.loads(body)


def test_plain_boto3_is_the_role_of_its_service_account(node: Node, agent: Running, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(node.token())
    caller = agent.caller(**{FULL: f"{agent.container}/v1/credentials", TOKEN_FILE: str(file)})
    assert caller.startswith(node.host.session("cart", "eks-main-cart-7d9f8-"))


def test_a_token_gets_the_same_credentials_again_and_another_token_others(node: Node, agent: Running) -> None:
    one, other = node.token(), node.token(jti="2")
    keys = [ask(agent, token)[1]["AccessKeyId"] for token in (one, one, other)]
    assert keys[0] == keys[1] != keys[2]


REFUSED = {
    "no association": ({"account": "nobody"}, 400, "ResourceNotFoundException"),
    "another audience": ({"aud": ["sts.amazonaws.com"]}, 400, "InvalidTokenException"),
    "bound to no pod": ({"bound": {"pod": None}}, 400, "InvalidTokenException"),
    "it has ended": ({"exp": int(time.time()) - 1}, 403, "isn't the token of this workload"),
    "it never ends": ({"exp": None}, 403, "isn't the token of this workload"),
}


@pytest.mark.parametrize(("changed", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_a_token_that_gets_nothing(
    node: Node, agent: Running, changed: dict[str, Any], status: int, said: str
) -> None:
    found, answer = ask(agent, node.token(**changed))
    assert (found, said in answer["message"]) == (status, True), answer


def test_a_forged_token(node: Node, agent: Running) -> None:
    head, payload, signature = node.token().split(".")
    status, answer = ask(agent, f"{head}.{payload}.{'A' * len(signature)}")
    assert (status, answer["code"]) == (400, "NoCredentialsAssociated")


def test_a_role_that_no_longer_trusts_pods(node: Node, agent: Running) -> None:
    """What was handed out goes on; a pod that starts gets nothing."""
    node.associate("gone")
    token = node.token("gone")
    assert ask(agent, token)[0] == 200
    none = allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{node.host.server.account}:root"})
    node.iam.update_assume_role_policy(RoleName="gone", PolicyDocument=none)
    assert ask(agent, node.token("gone", jti="2"))[0] == 400
    assert ask(agent, token)[0] == 200
    node.iam.delete_role(RoleName="gone")
    eventually(lambda: ask(agent, token)[0] == 400)


def test_the_file_can_change(node: Node) -> None:
    with node.host.agent(node.text) as agent:
        token = node.token(jti="kept")
        key = ask(agent, token)[1]["AccessKeyId"]
        workload = f'[workloads.app]\nrole = "{node.host.arn("app")}"\ntoken = "{"t" * 20}"\n'
        agent.rewrite(node.host.beginning + node.text + workload)
        eventually(lambda: ask(agent, "t" * 20)[0] == 200)
        assert ask(agent, token)[1]["AccessKeyId"] == key, "kept"
        agent.rewrite(node.host.beginning + workload)
        eventually(lambda: ask(agent, token)[0] == 403)


def test_the_file_of_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "pods.md").read_text()
    (text,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    file = fit(tomllib.loads(text), File)
    assert file.pods == Pods("production", "arn:aws:iam::123456789012:role/node")


@pytest.mark.parametrize("wrong", ['cluster = "a/b"', 'cluster = "../x"', 'role = "node"', 'more = ""'])
def test_a_table_that_is_refused(wrong: str) -> None:
    right = {"cluster": "main", "role": "arn:aws:iam::123456789012:role/node"}
    table = right | tomllib.loads(wrong)
    with pytest.raises(ValueError, match="pods"):
        fit({"host": {"profile": "host"}, "pods": table}, File)


# --- what is held --------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Clock:
    """A server that gives each token credentials, and the time there."""

    def __init__(self) -> None:
        self.now, self.asked = NOW, list[str]()
        self.failure: NotIssued | None = None
        self.tokens = PodTokens(self.exchange, lambda: self.now, alive=lambda _: None)

    def exchange(self, token: str) -> Issued:
        self.asked.append(token)
        if self.failure:
            raise self.failure
        return Issued("role", f"ASIA{len(self.asked)}", "secret", "token", self.now + timedelta(hours=1))

    def get(self, token: str, peer: str = "10.0.0.1") -> str:
        found = self.tokens.supply_of(token, peer)
        return found.get().access_key_id if found else ""


def token(name: str, ends: datetime = NOW + timedelta(minutes=50)) -> str:
    said = json.dumps({"sub": name, "exp": ends.timestamp()}).encode()
    return f"e30.{urlsafe_b64encode(said).decode().rstrip('=')}.e30"


TEXTS = ["", "x", "a.b.c", "..", "e30.e30.e30", "é.é.é", "e30.e30.e30\n", "e30." + "e30" * 6000 + ".e30"]
CLAIMS = ["W10", "eyJleHAiOjFlOTl9", "eyJleHAiOiIyMDI2In0", "____"]


@pytest.mark.parametrize("text", [*TEXTS, *(f"e30.{each}.e30" for each in CLAIMS)])
def test_what_is_no_token_of_a_pod_does_not_reach_the_server(text: str) -> None:
    assert Clock().tokens.supply_of(text, "10.0.0.1") is None


def test_a_token_that_ended_gets_nothing_though_its_credentials_live() -> None:
    clock = Clock()
    assert clock.get(token("a")) == clock.get(token("a")) == "ASIA1"
    clock.now += timedelta(minutes=51)
    assert clock.get(token("a")) == ""


def test_the_token_that_was_shown_least_recently_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pods, "MOST", 2)
    clock = Clock()
    for name in ("a", "b", "a", "c"):
        clock.get(token(name))
    assert len(clock.asked) == 3
    assert clock.get(token("a")) == "ASIA1"
    assert clock.get(token("b")) == "ASIA4"


def test_tokens_that_get_nothing_push_none_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pods, "MOST", 2)
    clock = Clock()
    clock.get(token("a"))
    clock.failure = Refused("no")
    for number in range(5):
        with pytest.raises(Refused):
            clock.get(token(f"wrong {number}"))
    assert clock.get(token("a")) == "ASIA1"
    assert len(clock.tokens._held) == 1


def test_a_pod_that_invents_tokens_soon_reaches_the_server_no_more() -> None:
    """Its neighbours and what it got before aren't affected."""
    clock = Clock()
    for number in range(pods.MOST_ASKED + 5):
        clock.get(token(f"right {number}"))
    clock.failure = Refused("no")
    for number in range(pods.MOST_ASKED):
        with pytest.raises(Refused):
            clock.get(token(f"wrong {number}"))
    with pytest.raises(TooManyError):
        clock.get(token("one more"))
    assert clock.get(token("right 1")) == "ASIA2"
    clock.failure = None
    assert clock.get(token("a neighbour's"), "10.0.0.2")
    clock.now += timedelta(minutes=1)
    assert clock.get(token("one more"))


def test_a_pod_with_too_many_wrong_tokens_hears_of_it(node: Node) -> None:
    """More than two minutes' worth, since a minute may end meanwhile."""
    with node.host.agent(node.text) as agent:
        tokens = (node.token("nobody", jti=str(number)) for number in range(2 * pods.MOST_ASKED + 1))
        answers = [ask(agent, token) for token in tokens]
    assert {status for status, _ in answers} == {400, 429}
    assert "Try again in a minute" in answers[-1][1]["message"]
