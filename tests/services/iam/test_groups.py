"""Groups, and who belongs to them."""

import pytest
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam, refused


def test_a_group_is_made_and_read(iam: Iam) -> None:
    made = iam("CreateGroup", GroupName="dev", Path="/x/")["Group"]
    assert made["GroupId"].startswith("AGPA")
    assert made["Arn"] == f"arn:aws:iam::{A}:group/x/dev"
    assert iam("GetGroup", GroupName="DEV") == {"Group": made, "Users": [], "IsTruncated": False}
    refused("EntityAlreadyExists", "Group with name Dev already exists.", iam, "CreateGroup", GroupName="Dev")


@pytest.mark.parametrize("name", ["GetGroup", "UpdateGroup", "DeleteGroup"])
def test_a_missing_group(iam: Iam, name: str) -> None:
    refused("NoSuchEntity", "The group with name g cannot be found.", iam, name, GroupName="g")


def test_groups_come_in_pages(iam: Iam) -> None:
    for name in ("c", "B", "a"):
        iam("CreateGroup", GroupName=name)
    pages = iam.pages("ListGroups", "Groups", 2)
    assert [[group["GroupName"] for group in page] for page in pages] == [["a", "B"], ["c"]]


def test_a_group_is_renamed_but_not_over_another(iam: Iam) -> None:
    for name in ("a", "b"):
        iam("CreateGroup", GroupName=name)
    iam("UpdateGroup", GroupName="a", NewGroupName="c", NewPath="/n/")
    assert iam("GetGroup", GroupName="c")["Group"]["Arn"] == f"arn:aws:iam::{A}:group/n/c"
    said = "Group with name b already exists."
    refused("EntityAlreadyExists", said, iam, "UpdateGroup", GroupName="c", NewGroupName="b")


def test_members_come_and_go(iam: Iam) -> None:
    iam("CreateGroup", GroupName="g")
    for name in ("c", "b", "a"):
        iam("CreateUser", UserName=name)
        iam("AddUserToGroup", GroupName="g", UserName=name)
    iam("AddUserToGroup", GroupName="g", UserName="a")
    pages = iam.pages("GetGroup", "Users", 2, GroupName="g")
    assert [[user["UserName"] for user in page] for page in pages] == [["a", "b"], ["c"]]
    for _ in range(2):
        iam("RemoveUserFromGroup", GroupName="g", UserName="b")
    assert [user["UserName"] for user in iam("GetGroup", GroupName="g")["Users"]] == ["a", "c"]


@pytest.mark.parametrize("name", ["AddUserToGroup", "RemoveUserFromGroup"])
def test_membership_needs_both(iam: Iam, name: str) -> None:
    missing_group, missing_user = (f"The {noun} with name x cannot be found." for noun in ("group", "user"))
    refused("NoSuchEntity", missing_group, iam, name, GroupName="x", UserName="x")
    iam("CreateGroup", GroupName="x")
    refused("NoSuchEntity", missing_user, iam, name, GroupName="x", UserName="x")


def test_a_user_belongs_to_ten_groups_at_most(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    for number in range(11):
        iam("CreateGroup", GroupName=f"g{number:02}")
    for number in range(10):
        iam("AddUserToGroup", GroupName=f"g{number:02}", UserName="ann")
    iam("AddUserToGroup", GroupName="g00", UserName="ann")
    said = "Cannot exceed quota for GroupsPerUser: 10"
    refused("LimitExceeded", said, iam, "AddUserToGroup", GroupName="g10", UserName="ann")
    pages = iam.pages("ListGroupsForUser", "Groups", 4, UserName="ann")
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [demand.resource for demand in iam.demands] == [f"arn:aws:iam::{A}:user/ann"]


def test_what_keeps_a_group_from_going(iam: Iam) -> None:
    iam("CreateGroup", GroupName="g")
    iam("CreateUser", UserName="ann")
    iam("AddUserToGroup", GroupName="g", UserName="ann")
    iam("AttachGroupPolicy", GroupName="g", PolicyArn=ADMINISTRATOR)
    iam("PutGroupPolicy", GroupName="g", PolicyName="p", PolicyDocument=ALLOW_ALL)
    ways = [
        ("remove users from group", "RemoveUserFromGroup", {"UserName": "ann"}),
        ("detach all policies", "DetachGroupPolicy", {"PolicyArn": ADMINISTRATOR}),
        ("delete policies", "DeleteGroupPolicy", {"PolicyName": "p"}),
    ]
    for what, name, given in ways:
        said = f"Cannot delete entity, must {what} first."
        refused("DeleteConflict", said, iam, "DeleteGroup", GroupName="g")
        iam(name, GroupName="g", **given)
    iam("DeleteGroup", GroupName="g")
    assert iam("ListGroups")["Groups"] == []
