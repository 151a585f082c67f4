"""What came of a host's sessions ends with the host: chained roles, in other accounts too, and its pods."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import Keys, client, code_of, credentials, eventually, serve, told
from tests.server.test_hosts import Site
from tests.services.eks_auth.test_pods import claims
from tests.services.eks_auth.test_pods import trust as trust_pods
from tests.services.sts.issuer import Issuer

from watchword.delivery.supply import Issued

REVOKED = "InvalidClientTokenId"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with Issuer.start(tmp_path_factory.mktemp("issuer")) as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("nodes") / "data", "--private-issuers", issuer.url) as server:
        yield Site(server)


def allow(iam: Any, role: str, action: str, resource: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName=role, PolicyName=action.replace(":", "-"), PolicyDocument=document)


def trusting(iam: Any, role: str, principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    arn: str = iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    return arn


def keys_of(issued: Issued) -> Keys:
    return {
        "AccessKeyId": issued.access_key_id,
        "SecretAccessKey": issued.secret,
        "SessionToken": issued.token,
    }


def state(site: Site, keys: Keys) -> str:
    """The code of a refusal; empty while they are accepted."""
    sts: Any = client("sts", site.server.endpoint, keys)
    return code_of(sts.get_caller_identity)


def test_roles_that_were_assumed_with_its_sessions(site: Site, tmp_path: Path) -> None:
    other = told("account", "create", "other", *site.data)["AccountId"]
    iam_of_other: Any = client("iam", site.server.endpoint, credentials(site.server.data, "--account", other))
    first = trusting(site.iam, "first", site.role)
    second = trusting(iam_of_other, "second", first)
    allow(site.iam, "machine", "sts:AssumeRole", first)
    allow(site.iam, "first", "sts:AssumeRole", second)
    chains = {}
    for name in ("chained", "stays"):
        chains[name] = [keys_of(site.join(name, tmp_path).issue(site.role))]
        for role in (first, second):
            sts: Any = client("sts", site.server.endpoint, chains[name][-1])
            chains[name].append(sts.assume_role(RoleArn=role, RoleSessionName="next")["Credentials"])
    site.revoke("chained")
    assert [state(site, keys) for keys in chains["chained"]] == [REVOKED] * 3
    assert [state(site, keys) for keys in chains["stays"]] == [""] * 3


def test_the_pods_of_a_node(site: Site, issuer: Issuer, tmp_path: Path) -> None:
    site.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])
    cart = site.iam.create_role(RoleName="cart", AssumeRolePolicyDocument=trust_pods())["Role"]["Arn"]
    allow(site.iam, "machine", "eks-auth:AssumeRoleForPodIdentity", "*")
    eks: Any = client("eks", site.server.endpoint, credentials(site.server.data))
    connector = {"roleArn": cart, "provider": "OTHER"}
    eks.register_cluster(name="main", connectorConfig=connector, tags={"watchword:issuer": issuer.url})
    where = {"clusterName": "main", "namespace": "shop", "serviceAccount": "cart"}
    eks.create_pod_identity_association(**where, roleArn=cart)
    pods = {}
    for name in ("node-1", "node-2"):
        node: Any = client(
            "eks-auth", site.server.endpoint, keys_of(site.join(name, tmp_path).issue(site.role))
        )
        made = node.assume_role_for_pod_identity(clusterName="main", token=issuer.token(**claims()))
        given = made["credentials"]
        pods[name] = {
            "AccessKeyId": given["accessKeyId"],
            "SecretAccessKey": given["secretAccessKey"],
            "SessionToken": given["sessionToken"],
        }
    assert {name: state(site, keys) for name, keys in pods.items()} == {"node-1": "", "node-2": ""}
    site.revoke("node-1")
    assert eventually(lambda: state(site, pods["node-1"]) == REVOKED)
    assert state(site, pods["node-2"]) == ""
