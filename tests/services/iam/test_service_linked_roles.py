"""Service-linked roles: what they look like, who changes them, and how they end."""

import json
from datetime import datetime

import pytest
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam, decoded, refused

from watchword.identity.aws_managed import find
from watchword.identity.service_linked_roles import every_role

ECS = "ecs.amazonaws.com"
NAME = "AWSServiceRoleForECS"
POLICY = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
    }
)


@pytest.fixture
def linked(iam: Iam) -> Iam:
    iam("CreateServiceLinkedRole", AWSServiceName=ECS)
    return iam


def test_one_is_created(iam: Iam, now: datetime) -> None:
    made = iam("CreateServiceLinkedRole", AWSServiceName=ECS, Description="for ECS")["Role"]
    trust = decoded(made.pop("AssumeRolePolicyDocument"))
    assert trust["Statement"] == [
        {"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": [ECS]}}
    ]
    assert made | {"RoleId": made["RoleId"][:4]} == {
        "Path": f"/aws-service-role/{ECS}/",
        "RoleName": NAME,
        "RoleId": "AROA",
        "Arn": f"arn:aws:iam::{A}:role/aws-service-role/{ECS}/{NAME}",
        "CreateDate": now,
        "Description": "for ECS",
    }
    assert iam("GetRole", RoleName=NAME)["Role"]["MaxSessionDuration"] == 3600
    attached = iam("ListAttachedRolePolicies", RoleName=NAME)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonECSServiceRolePolicy", "PolicyArn": POLICY}]
    assert iam("ListRoles", PathPrefix="/aws-service-role/")["Roles"][0]["RoleName"] == NAME


def test_there_is_one_of_a_name(linked: Iam) -> None:
    said = f"Service role name {NAME} has been taken in this account, please try a different suffix."
    refused("InvalidInput", said, linked, "CreateServiceLinkedRole", AWSServiceName=ECS)


def test_a_suffix_makes_no_name_that_is_too_long(iam: Iam) -> None:
    longest = 64 - len("AWSServiceRoleForAutoScaling_")
    service = {"AWSServiceName": "autoscaling.amazonaws.com"}
    said = f"The role name AWSServiceRoleForAutoScaling_{'x' * (longest + 1)} has more than 64 characters."
    given = {"CustomSuffix": "x" * (longest + 1)}
    refused("InvalidInput", said, iam, "CreateServiceLinkedRole", **service, **given)
    iam("CreateServiceLinkedRole", **service, CustomSuffix="x" * longest)


def test_a_suffix_where_the_service_takes_one(iam: Iam) -> None:
    given = {"CustomSuffix": "blue"}
    made = iam("CreateServiceLinkedRole", AWSServiceName="autoscaling.amazonaws.com", **given)["Role"]
    assert made["RoleName"] == "AWSServiceRoleForAutoScaling_blue"
    said = f"Custom suffix is not allowed for {ECS}"
    refused("InvalidInput", said, iam, "CreateServiceLinkedRole", AWSServiceName=ECS, **given)


@pytest.mark.parametrize(
    "service", ["ec2.amazonaws.com", "ecs", "ECS.amazonaws.com", "support.amazonaws.com"]
)
def test_a_service_without_one(iam: Iam, service: str) -> None:
    said = f"{service} has no service-linked role."
    refused("InvalidInput", said, iam, "CreateServiceLinkedRole", AWSServiceName=service)
    (demand,) = iam.demands
    assert demand.resource == f"arn:aws:iam::{A}:role/aws-service-role/{service}/*"


def test_what_permission_they_need(linked: Iam) -> None:
    arn = f"arn:aws:iam::{A}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x"
    service = {"AWSServiceName": "autoscaling.amazonaws.com"}
    (creation,) = linked.asks("CreateServiceLinkedRole", CustomSuffix="x", **service)
    assert (creation.action, creation.resource) == ("iam:CreateServiceLinkedRole", arn)
    assert creation.context == {"iam:AWSServiceName": "autoscaling.amazonaws.com"}
    arn = f"arn:aws:iam::{A}:role/aws-service-role/{ECS}/{NAME}"
    (deletion,) = linked.asks("DeleteServiceLinkedRole", RoleName=NAME)
    assert (deletion.resource, deletion.context) == (arn, {})
    task = linked("DeleteServiceLinkedRole", RoleName=NAME)
    (status,) = linked.asks("GetServiceLinkedRoleDeletionStatus", **task)
    assert (status.resource, status.context) == (arn, {})


BY_AWS = f"Cannot perform the operation on the protected role '{NAME}' - this role is only modifiable by AWS"
CHANGES: dict[str, dict[str, object]] = {
    "UpdateRole": {"MaxSessionDuration": 7200},
    "UpdateAssumeRolePolicy": {"PolicyDocument": TRUST},
    "PutRolePolicy": {"PolicyName": "p", "PolicyDocument": ALLOW_ALL},
    "DeleteRolePolicy": {"PolicyName": "p"},
    "AttachRolePolicy": {"PolicyArn": ADMINISTRATOR},
    "DetachRolePolicy": {"PolicyArn": POLICY},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": ADMINISTRATOR},
    "DeleteRolePermissionsBoundary": {},
    "AddRoleToInstanceProfile": {"InstanceProfileName": "box"},
    "DeleteRole": {},
}


def test_not_even_root_changes_one(linked: Iam) -> None:
    linked("CreateInstanceProfile", InstanceProfileName="box")
    for name, given in CHANGES.items():
        refused("UnmodifiableEntity", BY_AWS, linked, name, RoleName=NAME, **given)
        refused("UnmodifiableEntity", BY_AWS, linked, name, RoleName=NAME.lower(), **given)


def test_its_description_and_tags_are_the_accounts(linked: Iam) -> None:
    linked("UpdateRole", RoleName=NAME, Description="ours")
    linked("TagRole", RoleName=NAME, Tags=[{"Key": "team", "Value": "red"}])
    role = linked("GetRole", RoleName=NAME)["Role"]
    assert (role["Description"], len(role["Tags"])) == ("ours", 1)
    linked("UpdateRoleDescription", RoleName=NAME, Description="mine")
    linked("UntagRole", RoleName=NAME, TagKeys=["team"])


@pytest.mark.parametrize("path", ["/aws-service-role/", f"/aws-service-role/{ECS}/"])
def test_no_other_role_has_such_a_path(iam: Iam, path: str) -> None:
    said = f"The path {path} is reserved for service-linked roles."
    given = {"RoleName": "r", "Path": path, "AssumeRolePolicyDocument": TRUST}
    refused("InvalidInput", said, iam, "CreateRole", **given)


def test_one_is_deleted_by_a_task(linked: Iam) -> None:
    linked("TagRole", RoleName=NAME, Tags=[{"Key": "team", "Value": "red"}])
    task = linked("DeleteServiceLinkedRole", RoleName=NAME)
    assert task["DeletionTaskId"].startswith(f"task/aws-service-role/{ECS}/{NAME}/")
    assert linked("GetServiceLinkedRoleDeletionStatus", **task) == {"Status": "SUCCEEDED"}
    for name in ("GetRole", "DeleteServiceLinkedRole"):
        refused("NoSuchEntity", f"The role with name {NAME} cannot be found.", linked, name, RoleName=NAME)
    assert linked("ListEntitiesForPolicy", PolicyArn=POLICY)["PolicyRoles"] == []
    assert linked("CreateServiceLinkedRole", AWSServiceName=ECS)


def test_no_other_role_is_deleted_so(iam: Iam) -> None:
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    said = "The role with name r cannot be found."
    refused("NoSuchEntity", said, iam, "DeleteServiceLinkedRole", RoleName="r")
    assert iam("GetRole", RoleName="r")


def test_a_task_is_known_to_its_account_alone(linked: Iam, other: Iam) -> None:
    task = linked("DeleteServiceLinkedRole", RoleName=NAME)
    said = f"Deletion task {task['DeletionTaskId']} cannot be found."
    refused("NoSuchEntity", said, other, "GetServiceLinkedRoleDeletionStatus", **task)
    for wrong in ("task", "", f"{task['DeletionTaskId']}0", task["DeletionTaskId"].upper()):
        said = f"Invalid deletion task id: {wrong}"
        name = "GetServiceLinkedRoleDeletionStatus"
        if wrong:
            refused("InvalidInput", said, linked, name, DeletionTaskId=wrong)


def test_each_has_a_policy_of_its_own() -> None:
    found = list(every_role())
    for each in found:
        assert find(each.policy), each
        assert len(each.name()) <= 64
    assert len({each.policy for each in found}) == len({each.prefix for each in found}) == len(found)
