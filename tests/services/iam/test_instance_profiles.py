"""Instance profiles, each for one role."""

import json

import pytest
from tests.services.iam.harness import A, Iam, refused

NAME, WORKER = {"InstanceProfileName": "Web"}, {"RoleName": "worker"}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)
FULL = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
IN_THE_WAY = "Cannot delete entity, must remove roles from instance profile first."


@pytest.fixture
def filled(iam: Iam) -> Iam:
    """An account with a role in an instance profile."""
    iam("CreateRole", **WORKER, AssumeRolePolicyDocument=TRUST, Path="/apps/")
    iam("CreateInstanceProfile", **NAME)
    iam("AddRoleToInstanceProfile", **NAME, **WORKER)
    return iam


def test_made_and_read(iam: Iam) -> None:
    tags = [{"Key": "team", "Value": "red"}]
    made = iam("CreateInstanceProfile", **NAME, Path="/apps/", Tags=tags)["InstanceProfile"]
    assert made["Arn"] == f"arn:aws:iam::{A}:instance-profile/apps/Web"
    assert (made["InstanceProfileId"][:4], len(made["InstanceProfileId"])) == ("AIPA", 21)
    assert (made["Roles"], made["Tags"]) == ([], tags)
    assert [demand.action for demand in iam.demands] == [
        "iam:CreateInstanceProfile",
        "iam:TagInstanceProfile",
    ]
    assert iam("GetInstanceProfile", InstanceProfileName="web")["InstanceProfile"] == made
    (demand,) = iam.demands
    assert (demand.resource, demand.resource_tags) == (made["Arn"], {"team": "red"})
    assert iam("GetAccountSummary")["SummaryMap"]["InstanceProfiles"] == 1


def test_a_name_is_had_once(iam: Iam, other: Iam) -> None:
    iam("CreateInstanceProfile", **NAME)
    said = "Instance Profile WEB already exists."
    refused("EntityAlreadyExists", said, iam, "CreateInstanceProfile", InstanceProfileName="WEB")
    other("CreateInstanceProfile", **NAME)


@pytest.mark.parametrize(
    "operation", ["GetInstanceProfile", "DeleteInstanceProfile", "AddRoleToInstanceProfile"]
)
def test_missing(iam: Iam, operation: str) -> None:
    more = WORKER if operation.startswith("Add") else {}
    refused("NoSuchEntity", "Instance Profile Web cannot be found.", iam, operation, **NAME, **more)


def test_it_holds_one_role(filled: Iam) -> None:
    (role,) = filled("GetInstanceProfile", **NAME)["InstanceProfile"]["Roles"]
    assert role["Arn"] == f"arn:aws:iam::{A}:role/apps/worker"
    refused("LimitExceeded", FULL, filled, "AddRoleToInstanceProfile", **NAME, **WORKER)
    found = filled("ListInstanceProfilesForRole", **WORKER)["InstanceProfiles"]
    assert [each["InstanceProfileName"] for each in found] == ["Web"]
    (detail,) = filled("GetAccountAuthorizationDetails", Filter=["Role"])["RoleDetailList"]
    assert detail["InstanceProfileList"] == found


def test_filling_needs_permission_to_pass_the_role(filled: Iam) -> None:
    own, passing = filled.asks("AddRoleToInstanceProfile", **NAME, **WORKER)
    assert (own.action, own.resource) == (
        "iam:AddRoleToInstanceProfile",
        f"arn:aws:iam::{A}:instance-profile/Web",
    )
    assert (passing.action, passing.resource) == ("iam:PassRole", f"arn:aws:iam::{A}:role/apps/worker")
    assert passing.context["iam:PassedToService"] == "ec2.amazonaws.com"


def test_what_holds_a_role_goes_empty(filled: Iam) -> None:
    refused("DeleteConflict", IN_THE_WAY, filled, "DeleteRole", **WORKER)
    refused("DeleteConflict", IN_THE_WAY, filled, "DeleteInstanceProfile", **NAME)
    filled("CreateRole", RoleName="idle", AssumeRolePolicyDocument=TRUST)
    said = "The role with name idle cannot be found."
    refused("NoSuchEntity", said, filled, "RemoveRoleFromInstanceProfile", **NAME, RoleName="idle")
    filled("RemoveRoleFromInstanceProfile", **NAME, **WORKER)
    filled("DeleteInstanceProfile", **NAME)
    filled("DeleteRole", **WORKER)
    assert filled("ListInstanceProfiles") == {"InstanceProfiles": [], "IsTruncated": False}


def test_page_by_page(filled: Iam) -> None:
    for name in ("a", "b"):
        filled("CreateInstanceProfile", InstanceProfileName=name, Path="/apps/")
        filled("AddRoleToInstanceProfile", InstanceProfileName=name, **WORKER)
    for operation, given in (("ListInstanceProfiles", {}), ("ListInstanceProfilesForRole", WORKER)):
        pages = filled.pages(operation, "InstanceProfiles", 2, **given)
        assert [[each["InstanceProfileName"] for each in page] for page in pages] == [["a", "b"], ["Web"]]
    below = filled("ListInstanceProfiles", PathPrefix="/apps/")["InstanceProfiles"]
    assert [each["InstanceProfileName"] for each in below] == ["a", "b"]


def test_tags(iam: Iam) -> None:
    iam("CreateInstanceProfile", **NAME)
    iam("TagInstanceProfile", **NAME, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam("UntagInstanceProfile", **NAME, TagKeys=["a", "B"])
    assert iam("ListInstanceProfileTags", **NAME)["Tags"] == [{"Key": "b", "Value": "2"}]
    iam("DeleteInstanceProfile", **NAME)
    iam("CreateInstanceProfile", **NAME)
    assert iam("GetInstanceProfile", **NAME)["InstanceProfile"]["Tags"] == []
