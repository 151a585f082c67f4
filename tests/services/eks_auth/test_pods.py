"""Credentials for pods, with unmodified boto3 and an issuer that signs as a cluster's API server does."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from joserfc.jwk import RSAKey
from tests.server.test_audit import events
from tests.services.sts.issuer import Issuer

from watchword.testing import Server

AUDIENCE = "pods.eks.amazonaws.com"
ACCOUNT, OTHER = "123456789012", "210987654321"
ACTIONS = ["sts:AssumeRole", "sts:TagSession"]
POD = {"name": "cart-7d9f8-x2x4q", "uid": "5f3c1b1e-0000-4000-8000-000000000001"}
CLUSTER = "arn:aws:eks:us-east-1:123456789012:cluster/production"
TAGS = {
    "eks-cluster-arn": CLUSTER,
    "eks-cluster-name": "production",
    "kubernetes-namespace": "shop",
    "kubernetes-service-account": "cart",
    "kubernetes-pod-name": POD["name"],
    "kubernetes-pod-uid": POD["uid"],
}
UNABLE = "Unauthorized Exception! EKS does not have permissions to assume the associated role."


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def said_in(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Message"])


@dataclass
class Site:
    """A server with a cluster, whose service account `cart` has the role `cart`; and a node."""

    server: Server
    issuer: Issuer
    node: Any = None
    association: str = ""

    def __post_init__(self) -> None:
        self.iam.create_open_id_connect_provider(Url=self.issuer.url, ClientIDList=["sts.amazonaws.com"])
        role = self.add_role("cart")
        self.register("production")
        made = self.eks.create_pod_identity_association(
            clusterName="production", namespace="shop", serviceAccount="cart", roleArn=role
        )
        self.association = made["association"]["associationId"]
        self.node = self.user("node", "eks-auth:AssumeRoleForPodIdentity", CLUSTER)

    def client(self, service: str, **keys: str) -> Any:
        return boto3.client(service, **self.server.client_arguments | keys)

    @property
    def iam(self) -> Any:
        return self.client("iam")

    @property
    def eks(self) -> Any:
        return self.client("eks")

    def register(self, name: str, **tags: str) -> Any:
        connector = {"roleArn": "arn:aws:iam::123456789012:role/connector", "provider": "OTHER"}
        given = {"watchword:issuer": self.issuer.url} | tags
        return self.eks.register_cluster(name=name, connectorConfig=connector, tags=given)["cluster"]

    def trust(self, name: str, actions: object = ACTIONS, **conditions: object) -> None:
        self.iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(actions, **conditions))

    def add_role(self, name: str) -> str:
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())
        arn: str = made["Role"]["Arn"]
        return arn

    def user(self, name: str, action: str, resource: str) -> Any:
        """A client of EKS Auth with the keys of a user that may do that."""
        self.iam.create_user(UserName=name)
        allow = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": allow})
        self.iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document)
        made = self.iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
        return self.client("eks-auth", **keys)

    def token(self, **changed: Any) -> str:
        return self.issuer.token(**claims(**changed))

    def assume(self, cluster: str = "production", **changed: Any) -> Any:
        return self.node.assume_role_for_pod_identity(clusterName=cluster, token=self.token(**changed))

    def update(self, **given: Any) -> Any:
        return self.eks.update_pod_identity_association(
            clusterName="production", associationId=self.association, **given
        )["association"]


def trust(actions: object = ACTIONS, **conditions: object) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": AUDIENCE}, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": statement | {"Condition": conditions}})


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a bound service account token; `bound` are members of `kubernetes.io`."""
    account = {"name": "cart", "uid": "5f3c1b1e-0000-4000-8000-000000000002"}
    bound = {"namespace": "shop", "serviceaccount": account, "pod": POD} | changed.pop("bound", {})
    subject = f"system:serviceaccount:{bound['namespace']}:cart"
    return {"aud": [AUDIENCE], "sub": subject, "kubernetes.io": bound} | changed


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with Issuer.start(tmp_path_factory.mktemp("issuer")) as started:
        yield started


@pytest.fixture(scope="module")
def started(issuer: Issuer) -> Iterator[Server]:
    with Server.start("--private-issuers", issuer.url, "--account", f"{ACCOUNT},{OTHER}") as server:
        yield server


@pytest.fixture
def site(started: Server, issuer: Issuer) -> Site:
    started.reset()
    return Site(started, issuer)


def test_a_pod_gets_its_role(site: Site) -> None:
    answer = site.node.assume_role_for_pod_identity(clusterName="production", token=site.token())
    assert answer["subject"] == {"namespace": "shop", "serviceAccount": "cart"}
    assert answer["audience"] == AUDIENCE
    arn = f"arn:aws:eks:us-east-1:123456789012:podidentityassociation/production/{site.association}"
    assert answer["podIdentityAssociation"] == {"associationArn": arn, "associationId": site.association}
    made, session = answer["credentials"], answer["assumedRoleUser"]["arn"]
    sts = site.client(
        "sts",
        aws_access_key_id=made["accessKeyId"],
        aws_secret_access_key=made["secretAccessKey"],
        aws_session_token=made["sessionToken"],
    )
    assert sts.get_caller_identity()["Arn"] == session
    assert session.startswith("arn:aws:sts::123456789012:assumed-role/cart/eks-production-cart-7d9f8-")
    assert answer["assumedRoleUser"]["assumeRoleId"].endswith(session.rpartition("/")[2])
    assert made["expiration"].timestamp() - time.time() == pytest.approx(3600, abs=60)


@pytest.mark.parametrize("tag", TAGS)
def test_the_trust_policy_sees_each_tag(site: Site, tag: str) -> None:
    site.trust("cart", StringEquals={f"aws:RequestTag/{tag}": TAGS[tag]})
    site.assume()
    site.trust("cart", StringEquals={f"aws:RequestTag/{tag}": "other"})
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert (code_of(refused), said_in(refused)) == ("AccessDeniedException", UNABLE)


@pytest.mark.parametrize(
    ("key", "value"), [("aws:SourceArn", CLUSTER), ("aws:SourceAccount", "123456789012")]
)
def test_the_trust_policy_sees_the_cluster(site: Site, key: str, value: str) -> None:
    site.trust("cart", StringEquals={key: value})
    site.assume()
    site.trust("cart", StringNotEquals={key: value})
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "AccessDeniedException"


def test_tags_need_permission_unless_they_are_off(site: Site) -> None:
    site.trust("cart", "sts:AssumeRole")
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "AccessDeniedException"
    assert site.update(disableSessionTags=True)["disableSessionTags"]
    site.assume()


def test_no_session_is_one_of_a_host(site: Site) -> None:
    """A cluster is no instance: a pod's session has no ec2:SourceInstanceARN."""
    made = site.assume()["credentials"]
    allow = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}
    condition = {"Condition": {"Null": {"ec2:SourceInstanceARN": "true"}}}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow | condition})
    site.iam.put_role_policy(RoleName="cart", PolicyName="list", PolicyDocument=document)
    keys = {"aws_access_key_id": made["accessKeyId"], "aws_secret_access_key": made["secretAccessKey"]}
    site.client("iam", **keys, aws_session_token=made["sessionToken"]).list_users()


def test_the_policies_of_the_page(site: Site) -> None:
    """docs/pods.md: the trust policy of a role, and the policy of a node."""
    page = (Path(__file__).parents[3] / "docs" / "pods.md").read_text()
    trusted, allowed = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    site.iam.update_assume_role_policy(RoleName="cart", PolicyDocument=trusted)
    site.iam.put_user_policy(UserName="node", PolicyName="all", PolicyDocument=allowed)
    site.assume()
    site.update(disableSessionTags=True)
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "AccessDeniedException"


# --- target roles and session policies -------------------------------------------------------------------

EXTERNAL_ID = f"us-east-1/{ACCOUNT}/production/shop/cart"


def add_target(site: Site, account: str, **conditions: object) -> str:
    """A role that trusts the role `cart`, which may assume it."""
    iam = boto3.client("iam", **site.server.arguments_of(account))
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/cart"},
        "Action": ACTIONS,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement | {"Condition": conditions}})
    arn: str = iam.create_role(RoleName="target", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ACTIONS, "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": may})
    site.iam.put_role_policy(RoleName="cart", PolicyName="target", PolicyDocument=policy)
    return arn


@pytest.mark.parametrize("account", [ACCOUNT, OTHER])
def test_a_pod_gets_the_target_role(site: Site, account: str) -> None:
    """By the trust policies that AWS's page shows: with tags, and by the external id."""
    tags = {f"aws:RequestTag/{tag}": TAGS[tag] for tag in ("eks-cluster-arn", "kubernetes-namespace")}
    target = add_target(site, account, StringEquals=tags | {"sts:ExternalId": EXTERNAL_ID})
    changed = site.update(targetRoleArn=target)
    assert (changed["targetRoleArn"], changed["externalId"]) == (target, EXTERNAL_ID)
    answer = site.assume()
    session = answer["assumedRoleUser"]["arn"]
    assert session.startswith(f"arn:aws:sts::{account}:assumed-role/target/eks-production-cart-7d9f8-")
    made = answer["credentials"]
    keys = {"aws_access_key_id": made["accessKeyId"], "aws_secret_access_key": made["secretAccessKey"]}
    caller = site.client("sts", **keys, aws_session_token=made["sessionToken"]).get_caller_identity()
    assert caller["Arn"] == session


def test_the_target_role_without_tags(site: Site) -> None:
    site.trust("cart", "sts:AssumeRole")
    target = add_target(site, OTHER, StringEquals={"sts:ExternalId": EXTERNAL_ID})
    site.update(targetRoleArn=target, disableSessionTags=True)
    assert ":assumed-role/target/" in site.assume()["assumedRoleUser"]["arn"]


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {"sts:ExternalId": f"us-east-1/{ACCOUNT}/production/shop/web"}},
        {"StringEquals": {"aws:RequestTag/kubernetes-service-account": "web"}},
        {"Null": {"sts:ExternalId": "true"}},
    ],
)
def test_the_target_role_decides(site: Site, conditions: dict[str, Any]) -> None:
    site.update(targetRoleArn=add_target(site, OTHER, **conditions))
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert (code_of(refused), said_in(refused)) == ("AccessDeniedException", UNABLE)


def test_the_first_role_must_be_allowed_to_assume_the_target(site: Site) -> None:
    site.update(targetRoleArn=add_target(site, OTHER))
    site.iam.delete_role_policy(RoleName="cart", PolicyName="target")
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "AccessDeniedException"


def test_the_tags_go_on_from_the_target_role(site: Site) -> None:
    """They are transitive: a role that the pod assumes with the target's session has them too."""
    site.update(targetRoleArn=add_target(site, ACCOUNT))
    made = site.assume()["credentials"]
    pods_only = {"StringEquals": {"aws:PrincipalTag/kubernetes-pod-name": POD["name"]}}
    allowed = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": pods_only}
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    site.iam.put_role_policy(RoleName="target", PolicyName="list", PolicyDocument=document)
    keys = {"aws_access_key_id": made["accessKeyId"], "aws_secret_access_key": made["secretAccessKey"]}
    site.client("iam", **keys, aws_session_token=made["sessionToken"]).list_users()


@pytest.mark.parametrize("target", [False, True])
def test_a_session_policy_limits_the_session_that_the_pod_gets(site: Site, target: bool) -> None:
    role = "target" if target else "cart"
    if target:
        site.update(targetRoleArn=add_target(site, ACCOUNT))
    everything = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": everything})
    site.iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=document)
    limit = {"Version": "2012-10-17", "Statement": everything | {"Action": "iam:ListUsers"}}
    changed = site.update(policy=json.dumps(limit), disableSessionTags=True)
    assert json.loads(changed["policy"]) == limit
    made = site.assume()["credentials"]
    keys = {"aws_access_key_id": made["accessKeyId"], "aws_secret_access_key": made["secretAccessKey"]}
    iam = site.client("iam", **keys, aws_session_token=made["sessionToken"])
    iam.list_users()
    with pytest.raises(ClientError) as refused:
        iam.list_roles()
    assert code_of(refused) == "AccessDenied"


# --- who is refused --------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": ["sts.amazonaws.com"]}, "InvalidTokenException"),
    "an audience for another party": ({"azp": "other"}, "InvalidTokenException"),
    "another issuer": ({"iss": "https://other.example.com"}, "InvalidTokenException"),
    "expired": ({"exp": int(time.time()) - 400}, "ExpiredTokenException"),
    "not yet": ({"nbf": int(time.time()) + 4000}, "InvalidTokenException"),
    "no claims of Kubernetes": ({"kubernetes.io": None}, "InvalidTokenException"),
    "bound to no pod": ({"bound": {"pod": None}}, "InvalidTokenException"),
    "a pod without uid": ({"bound": {"pod": {"name": "cart"}}}, "InvalidTokenException"),
    "a name that is none": ({"bound": {"pod": POD | {"name": "../x"}}}, "InvalidTokenException"),
    "a number": ({"bound": {"pod": POD | {"uid": 7}}}, "InvalidTokenException"),
    "another subject": ({"sub": "system:serviceaccount:kube-system:cart"}, "InvalidTokenException"),
    "another namespace": ({"bound": {"namespace": "kube-system"}}, "ResourceNotFoundException"),
}


@pytest.mark.parametrize(("changed", "code"), WRONG.values(), ids=WRONG)
def test_a_token_that_does_not_count(site: Site, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        site.assume(**changed)
    assert code_of(refused) == code


def test_an_issuer_that_the_account_trusts_for_something_else(site: Site) -> None:
    site.iam.create_open_id_connect_provider(Url="https://other.example.com")
    with pytest.raises(ClientError) as refused:
        site.assume(iss="https://other.example.com")
    assert said_in(refused) == "The token is not one of the cluster's issuer."


def test_a_forged_token(site: Site) -> None:
    right = site.issuer.keys["first"]
    try:
        site.issuer.keys["first"] = RSAKey.generate_key(2048)
        with pytest.raises(ClientError) as refused:
            site.assume()
    finally:
        site.issuer.keys["first"] = right
    assert code_of(refused) == "InvalidTokenException"


def test_no_token_at_all(site: Site) -> None:
    for token, code in (("a.b.c", "InvalidTokenException"), ("abc", "InvalidParameterException")):
        with pytest.raises(ClientError) as refused:
            site.node.assume_role_for_pod_identity(clusterName="production", token=token)
        assert code_of(refused) == code


def test_an_issuer_that_the_account_no_longer_trusts(site: Site) -> None:
    arn = f"arn:aws:iam::123456789012:oidc-provider/{site.issuer.name}"
    site.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "InvalidTokenException"
    assert "No OpenIDConnect provider found" in said_in(refused)


def test_a_token_for_pods_is_no_web_identity(site: Site) -> None:
    """The provider has no client id pods.eks.amazonaws.com, and needs none."""
    role, sts = "arn:aws:iam::123456789012:role/cart", site.client("sts")
    with pytest.raises(ClientError) as refused:
        sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="pod", WebIdentityToken=site.token())
    assert code_of(refused) == "InvalidIdentityToken"


def test_a_node_of_another_cluster(site: Site) -> None:
    site.register("other")
    with pytest.raises(ClientError) as refused:
        site.assume("other")
    assert code_of(refused) == "AccessDeniedException"
    other = site.user(
        "other-node", "eks-auth:AssumeRoleForPodIdentity", CLUSTER.replace("production", "other")
    )
    with pytest.raises(ClientError) as refused:
        other.assume_role_for_pod_identity(clusterName="production", token=site.token())
    assert code_of(refused) == "AccessDeniedException"
    with pytest.raises(ClientError) as refused:  # the same issuer, but another cluster's associations
        other.assume_role_for_pod_identity(clusterName="other", token=site.token())
    assert code_of(refused) == "ResourceNotFoundException"


def test_a_cluster_that_is_not_there(site: Site) -> None:
    node = site.user("any-node", "eks-auth:*", "*")
    with pytest.raises(ClientError) as refused:
        node.assume_role_for_pod_identity(clusterName="gone", token=site.token())
    assert said_in(refused) == "No cluster found for name: gone."
    site.eks.deregister_cluster(name="production")
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "ResourceNotFoundException"


def test_a_change_counts_at_once(site: Site) -> None:
    other = site.add_role("other")
    site.assume()
    site.update(roleArn=other)
    assert ":assumed-role/other/" in site.assume()["assumedRoleUser"]["arn"]
    site.eks.delete_pod_identity_association(clusterName="production", associationId=site.association)
    with pytest.raises(ClientError) as refused:
        site.assume()
    assert code_of(refused) == "ResourceNotFoundException"
    assert "service account cart of namespace shop" in said_in(refused)


# --- what is recorded, and simulated ---------------------------------------------------------------------


@pytest.fixture
def kept(issuer: Issuer, tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """A site on a server whose data directory is known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path))
        server = Server.start("--private-issuers", issuer.url)
    with server:
        yield Site(server, issuer), next(tmp_path.glob("watchword-*"))


def test_the_records_say_which_pod_and_which_node(kept: tuple[Site, Path]) -> None:
    """And no record has the token."""
    site, data = kept
    token = site.token()
    site.node.assume_role_for_pod_identity(clusterName="production", token=token)
    with pytest.raises(ClientError):
        site.assume(aud=["sts.amazonaws.com"])
    found = list(events(data).values())
    asked, refused = (each for each in found if each["eventName"] == "AssumeRoleForPodIdentity")
    assert asked["userIdentity"]["userName"] == "node"
    assert asked["requestParameters"]["clusterName"] == "production"
    assert asked["responseElements"]["subject"] == {"namespace": "shop", "serviceAccount": "cart"}
    assert refused["errorCode"] == "InvalidTokenException"
    (made,) = [each for each in found if each["eventName"] == "AssumeRole"]
    assert made["userIdentity"] == {"type": "AWSService", "invokedBy": AUDIENCE}
    tags = {each["key"]: each["value"] for each in made["requestParameters"]["tags"]}
    assert tags == TAGS
    assert made["requestParameters"]["transitiveTagKeys"] == list(TAGS)
    assert token not in json.dumps(found)


def test_a_simulation_knows_the_tags(kept: tuple[Site, Path]) -> None:
    site, data = kept
    tagged = site.register("tagged", team="red")["arn"]
    made = site.eks.create_pod_identity_association(
        clusterName="tagged",
        namespace="shop",
        serviceAccount="cart",
        roleArn="arn:aws:iam::123456789012:role/cart",
        tags={"team": "red"},
    )["association"]["associationArn"]
    allow = {"Effect": "Allow", "Action": ["eks:*", "eks-auth:*"], "Resource": "*"}
    condition = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow | condition})
    site.iam.put_user_policy(UserName="node", PolicyName="all", PolicyDocument=document)
    node = "arn:aws:iam::123456789012:user/node"
    for action, resource, code in (
        ("eks-auth:AssumeRoleForPodIdentity", tagged, 0),
        ("eks-auth:AssumeRoleForPodIdentity", CLUSTER, 1),
        ("eks:DescribeCluster", tagged, 0),
        ("eks:DescribePodIdentityAssociation", made, 0),
        ("eks:DescribePodIdentityAssociation", f"{made}2", 1),
    ):
        asked = ["--principal", node, "--action", action, "--resource", resource, "--data", str(data)]
        command = [sys.executable, "-m", "watchword", "simulate", *asked]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code, (action, resource, done.stdout, done.stderr)
