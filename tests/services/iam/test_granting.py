"""Which policies give access to which services."""

import json
from typing import Any

import pytest
from tests.services.iam.harness import ADMINISTRATOR, A, B, Iam, refused

from watchword.names import AwsError

NAME = "ListPoliciesGrantingServiceAccess"
ANN, CREW = f"arn:aws:iam::{A}:user/ann", f"arn:aws:iam::{A}:group/crew"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Resource": "*"} | each for each in statements],
        }
    )


def granting(iam: Iam, arn: str, *services: str) -> dict[str, list[str]]:
    """Service -> the names of the policies."""
    answer = iam(NAME, Arn=arn, ServiceNamespaces=list(services))
    assert not answer["IsTruncated"]
    entries = answer["PoliciesGrantingServiceAccess"]
    return {
        each["ServiceNamespace"]: [policy["PolicyName"] for policy in each["Policies"]] for each in entries
    }


@pytest.fixture
def ann(iam: Iam) -> Iam:
    iam("CreateUser", UserName="ann")
    iam("CreateGroup", GroupName="crew")
    iam("AddUserToGroup", UserName="ann", GroupName="crew")
    return iam


def test_own_ones_and_those_of_groups(ann: Iam) -> None:
    read = document({"Action": "s3:GetObject"})
    ann("PutUserPolicy", UserName="ann", PolicyName="own", PolicyDocument=read)
    ann("PutGroupPolicy", GroupName="crew", PolicyName="own", PolicyDocument=read)
    ann("AttachGroupPolicy", GroupName="crew", PolicyArn=ADMINISTRATOR)
    ann("AttachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)
    services = {"ServiceNamespaces": ["s3", "ec2"]}
    administrator = {
        "PolicyName": "AdministratorAccess",
        "PolicyType": "MANAGED",
        "PolicyArn": ADMINISTRATOR,
    }
    inline = {"PolicyName": "own", "PolicyType": "INLINE"}
    of_user = {**inline, "EntityType": "USER", "EntityName": "ann"}
    of_group = {**inline, "EntityType": "GROUP", "EntityName": "crew"}
    assert ann(NAME, Arn=ANN, **services)["PoliciesGrantingServiceAccess"] == [
        {"ServiceNamespace": "s3", "Policies": [of_user, administrator, of_group]},
        {"ServiceNamespace": "ec2", "Policies": [administrator]},
    ]
    assert granting(ann, CREW, "ec2", "s3") == {
        "ec2": ["AdministratorAccess"],
        "s3": ["own", "AdministratorAccess"],
    }


@pytest.mark.parametrize(
    ("statement", "reached"),
    [
        ({"Action": ["s3:GetObject", "EC2:*"]}, {"s3", "ec2"}),
        ({"Action": "*"}, {"s3", "ec2", "iam"}),
        ({"Action": "s3:*", "Effect": "Deny"}, set()),
        ({"NotAction": ["iam:*", "s3:Get*"]}, {"s3", "ec2"}),
        ({"NotAction": "*"}, set()),
        ({"NotAction": "*", "Effect": "Deny"}, set()),
    ],
)
def test_what_a_statement_reaches(ann: Iam, statement: dict[str, Any], reached: set[str]) -> None:
    ann("PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=document(statement))
    found = granting(ann, ANN, "s3", "ec2", "iam")
    assert {service for service, policies in found.items() if policies} == reached


def test_a_boundary_grants_nothing(ann: Iam) -> None:
    ann("PutUserPermissionsBoundary", UserName="ann", PermissionsBoundary=ADMINISTRATOR)
    assert granting(ann, ANN, "s3") == {"s3": []}


def test_a_hundred_services_a_page(ann: Iam) -> None:
    services = [f"service{number}" for number in range(150)]
    first = ann(NAME, Arn=ANN, ServiceNamespaces=services)
    last = ann(NAME, Arn=ANN, ServiceNamespaces=services, Marker=first["Marker"])
    entries = [each for page in (first, last) for each in page["PoliciesGrantingServiceAccess"]]
    assert [each["ServiceNamespace"] for each in entries] == services
    assert not last["IsTruncated"]


def test_whom_it_is_about(ann: Iam) -> None:
    services = {"ServiceNamespaces": ["s3"]}
    for missing in (f"arn:aws:iam::{A}:user/x/ann", f"arn:aws:iam::{A}:user/none"):
        name = missing.rpartition("/")[2]
        said = f"The user with name {name} cannot be found."
        refused("NoSuchEntity", said, ann, NAME, Arn=missing, **services)
    said = f"Invalid Entity Arn: arn:aws:iam::{A}:policy/p does not clearly define entity type and name."
    refused("InvalidInput", said, ann, NAME, Arn=f"arn:aws:iam::{A}:policy/p", **services)
    with pytest.raises(AwsError) as caught:
        ann(NAME, Arn=f"arn:aws:iam::{B}:user/ann", **services)
    assert caught.value.code == "AccessDenied"
