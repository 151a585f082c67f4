"""Clusters and associations, as an administrator keeps them, with unmodified boto3."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from watchword.testing import Server

ROLE = "arn:aws:iam::123456789012:role/pods"
CONNECTOR = {"roleArn": "arn:aws:iam::123456789012:role/connector", "provider": "OTHER"}
ISSUER = "https://pods.example.com"
PODS = {"clusterName": "prod", "namespace": "shop", "serviceAccount": "cart", "roleArn": ROLE}


@pytest.fixture
def eks(watchword: Server) -> Any:
    client = boto3.client("eks", **watchword.client_arguments)
    client.register_cluster(
        name="prod", connectorConfig=CONNECTOR, tags={"watchword:issuer": ISSUER, "team": "b"}
    )
    return client


def refused(call: Any, **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**given)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def test_a_cluster_is_described(eks: Any) -> None:
    found = eks.describe_cluster(name="prod")["cluster"]
    assert found["arn"] == "arn:aws:eks:us-east-1:123456789012:cluster/prod"
    assert found["identity"] == {"oidc": {"issuer": ISSUER}}
    assert (found["status"], found["connectorConfig"]) == ("ACTIVE", CONNECTOR)
    assert found["tags"] == {"watchword:issuer": ISSUER, "team": "b"}
    assert eks.list_clusters()["clusters"] == ["prod"]


@pytest.mark.parametrize("url", ["", "http://pods.example.com", "https://pods.example.com/?a", "pods"])
def test_an_issuer_that_is_none(eks: Any, url: str) -> None:
    code, said = refused(
        eks.register_cluster, name="bad", connectorConfig=CONNECTOR, tags={"watchword:issuer": url}
    )
    assert code == "InvalidParameterException"
    assert "watchword:issuer" in said


def test_a_name_is_taken_once(eks: Any) -> None:
    tags = {"watchword:issuer": ISSUER}
    code = refused(eks.register_cluster, name="prod", connectorConfig=CONNECTOR, tags=tags)
    assert code == ("ResourceInUseException", "Cluster already exists with name: prod")
    made = eks.create_pod_identity_association(**PODS)["association"]
    said = f"Association already exists: {made['associationId']}"
    assert refused(eks.create_pod_identity_association, **PODS) == ("ResourceInUseException", said)


def test_an_association_from_its_beginning_to_its_end(eks: Any) -> None:
    made = eks.create_pod_identity_association(**PODS, tags={"team": "red"})["association"]
    one = {"clusterName": "prod", "associationId": made["associationId"]}
    assert made.items() >= {**PODS, "tags": {"team": "red"}, "disableSessionTags": False}.items()
    assert eks.describe_pod_identity_association(**one)["association"] == made
    changed = eks.update_pod_identity_association(**one, disableSessionTags=True)["association"]
    assert (changed["disableSessionTags"], changed["roleArn"]) == (True, ROLE)
    changed = eks.update_pod_identity_association(**one, roleArn=f"{ROLE}-2")["association"]
    assert (changed["disableSessionTags"], changed["roleArn"]) == (True, f"{ROLE}-2")
    assert eks.delete_pod_identity_association(**one)["association"] == changed
    code, _ = refused(eks.describe_pod_identity_association, **one)
    assert code == "ResourceNotFoundException"


def test_lists_of_a_service_account(eks: Any) -> None:
    for namespace, account in (("shop", "cart"), ("shop", "web"), ("mail", "web")):
        eks.create_pod_identity_association(**PODS | {"namespace": namespace, "serviceAccount": account})

    def listed(**only: str) -> set[tuple[str, str]]:
        found = eks.list_pod_identity_associations(clusterName="prod", **only)["associations"]
        return {(each["namespace"], each["serviceAccount"]) for each in found}

    assert len(listed()) == 3
    assert listed(namespace="shop") == {("shop", "cart"), ("shop", "web")}
    assert listed(serviceAccount="web") == {("shop", "web"), ("mail", "web")}
    assert listed(namespace="mail", serviceAccount="cart") == set()
    assert refused(eks.list_pod_identity_associations, clusterName="prod", nextToken="x")[0] == (
        "InvalidParameterException"
    )


def test_a_cluster_takes_its_associations_along(eks: Any) -> None:
    made = eks.create_pod_identity_association(**PODS)["association"]
    assert eks.deregister_cluster(name="prod")["cluster"]["status"] == "DELETING"
    eks.register_cluster(name="prod", connectorConfig=CONNECTOR, tags={"watchword:issuer": ISSUER})
    one = {"clusterName": "prod", "associationId": made["associationId"]}
    assert refused(eks.describe_pod_identity_association, **one)[0] == "ResourceNotFoundException"
    assert eks.list_pod_identity_associations(clusterName="prod")["associations"] == []


def test_an_association_of_another_cluster(eks: Any) -> None:
    made = eks.create_pod_identity_association(**PODS)["association"]
    eks.register_cluster(name="other", connectorConfig=CONNECTOR, tags={"watchword:issuer": ISSUER})
    one = {"clusterName": "other", "associationId": made["associationId"]}
    for call in (eks.describe_pod_identity_association, eks.delete_pod_identity_association):
        assert refused(call, **one)[0] == "ResourceNotFoundException"


POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
TARGET = "arn:aws:iam::210987654321:role/far"
LIMITED = {"policy": POLICY, "disableSessionTags": True}


def test_a_target_role_and_a_policy_come_and_go(eks: Any) -> None:
    made = eks.create_pod_identity_association(**PODS, **LIMITED, targetRoleArn=TARGET)["association"]
    assert (made["targetRoleArn"], made["policy"]) == (TARGET, POLICY)
    assert made["externalId"] == "us-east-1/123456789012/prod/shop/cart"
    one = {"clusterName": "prod", "associationId": made["associationId"]}
    kept = eks.update_pod_identity_association(**one, roleArn=f"{ROLE}-2")["association"]
    assert (kept["targetRoleArn"], kept["policy"]) == (TARGET, POLICY)
    left = eks.update_pod_identity_association(**one, targetRoleArn="", policy="")["association"]
    assert not {"targetRoleArn", "externalId", "policy"} & left.keys()
    assert eks.describe_pod_identity_association(**one)["association"] == left


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"targetRoleArn": "far"}, "far is not the ARN of a role"),
        ({"targetRoleArn": "arn:aws:iam::210987654321:user/far"}, "is not the ARN of a role"),
        ({"policy": POLICY}, "disableSessionTags is true"),
        (LIMITED | {"policy": "{}"}, "The policy is not valid"),
        (LIMITED | {"policy": "no JSON"}, "The policy is not valid"),
        (LIMITED | {"policy": POLICY + " " * 2048}, "more than 2048 characters"),
    ],
)
def test_a_target_role_or_a_policy_that_is_none(eks: Any, given: dict[str, Any], said: str) -> None:
    code, told = refused(eks.create_pod_identity_association, **PODS, **given)
    assert (code, said in told) == ("InvalidParameterException", True), told
    made = eks.create_pod_identity_association(**PODS)["association"]
    one = {"clusterName": "prod", "associationId": made["associationId"]}
    assert refused(eks.update_pod_identity_association, **one, **given)[0] == "InvalidParameterException"


def test_tags_stay_off_while_there_is_a_policy(eks: Any) -> None:
    made = eks.create_pod_identity_association(**PODS, **LIMITED)["association"]
    one = {"clusterName": "prod", "associationId": made["associationId"]}
    code, _ = refused(eks.update_pod_identity_association, **one, disableSessionTags=False)
    assert code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"namespace": "Shop"}, "InvalidParameterException"),
        ({"serviceAccount": "a/b"}, "InvalidParameterException"),
        ({"roleArn": "pods"}, "InvalidParameterException"),
        ({"roleArn": "arn:aws:iam::210987654321:role/pods"}, "AccessDeniedException"),
        ({"clusterName": "nul\0"}, "ResourceNotFoundException"),
    ],
)
def test_wrong_input(eks: Any, changed: dict[str, str], code: str) -> None:
    assert refused(eks.create_pod_identity_association, **PODS | changed)[0] == code


def test_a_role_must_be_passed(eks: Any, watchword: Server) -> None:
    """And by the tags of a cluster it can be decided who may use it."""
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ann")
    made = iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    own = boto3.client("eks", **watchword.client_arguments | keys)

    def allow(**condition: Any) -> None:
        tagged = {"StringEquals": {"aws:ResourceTag/team": "b"}}
        statements = [
            {"Effect": "Allow", "Action": "eks:*", "Resource": "*", "Condition": tagged},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE, "Condition": condition},
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=document)

    allow(StringEquals={"iam:PassedToService": "lambda.amazonaws.com"})
    code, said = refused(own.create_pod_identity_association, **PODS)
    assert (code, "iam:PassRole" in said) == ("AccessDeniedException", True)
    allow(StringEquals={"iam:PassedToService": "pods.eks.amazonaws.com"})
    made = own.create_pod_identity_association(**PODS, tags={"team": "b"})["association"]
    one = {"clusterName": "prod", "associationId": made["associationId"]}
    own.update_pod_identity_association(**one, roleArn=ROLE)
    code, said = refused(own.update_pod_identity_association, **one, roleArn=f"{ROLE}-2")
    assert (code, "iam:PassRole" in said) == ("AccessDeniedException", True)
