"""Managed policies given to users, groups and roles, and who has which."""

import json

import pytest
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, B, Iam, refused

KINDS = ["User", "Group", "Role"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
}


def make(iam: Iam, kind: str, name: str = "x", **given: object) -> str:
    """An entity of that kind; its id."""
    more = {"AssumeRolePolicyDocument": json.dumps(TRUST)} if kind == "Role" else {}
    entity_id: str = iam(f"Create{kind}", **{f"{kind}Name": name}, **more, **given)[kind][f"{kind}Id"]
    return entity_id


def policy(iam: Iam, name: str, path: str = "/") -> str:
    arn: str = iam("CreatePolicy", PolicyName=name, Path=path, PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
    return arn


@pytest.mark.parametrize("kind", KINDS)
def test_policies_are_attached_listed_and_detached(iam: Iam, kind: str) -> None:
    make(iam, kind)
    who = {f"{kind}Name": "x"}
    own = policy(iam, "own", "/p/")
    for arn in (own, ADMINISTRATOR, own):
        iam(f"Attach{kind}Policy", PolicyArn=arn, **who)
    pages = iam.pages(f"ListAttached{kind}Policies", "AttachedPolicies", 1, **who)
    assert pages == [
        [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}],
        [{"PolicyName": "own", "PolicyArn": own}],
    ]
    below = iam(f"ListAttached{kind}Policies", PathPrefix="/p/", **who)["AttachedPolicies"]
    assert [each["PolicyName"] for each in below] == ["own"]
    iam(f"Detach{kind}Policy", PolicyArn=own, **who)
    said = f"Policy {own} was not found."
    refused("NoSuchEntity", said, iam, f"Detach{kind}Policy", PolicyArn=own, **who)


@pytest.mark.parametrize("kind", KINDS)
def test_what_can_not_be_attached(iam: Iam, other: Iam, kind: str) -> None:
    make(iam, kind)
    who = {f"{kind}Name": "x"}
    for arn in (f"arn:aws:iam::{A}:policy/none", "arn:aws:iam::aws:policy/None", policy(other, "theirs")):
        said = f"Policy {arn} does not exist or is not attachable."
        refused("NoSuchEntity", said, iam, f"Attach{kind}Policy", PolicyArn=arn, **who)
    wrong = f"arn:aws:s3::{B}:policy/p"
    for name in (f"Attach{kind}Policy", f"Detach{kind}Policy"):
        refused("InvalidInput", f"ARN {wrong} is not valid.", iam, name, PolicyArn=wrong, **who)
        for none in ("x" * 20, "arn:aws:iam::policy/p"):
            refused("ValidationError", f"ARN {none} is not valid.", iam, name, PolicyArn=none, **who)


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_for_service_linked_roles_is_not_for_others(iam: Iam, kind: str) -> None:
    make(iam, kind)
    arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    said = f"Cannot attach a Service Role Policy to a Customer {kind}."
    given = {f"{kind}Name": "x", "PolicyArn": arn}
    refused("PolicyNotAttachable", said, iam, f"Attach{kind}Policy", **given)


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_missing(iam: Iam, kind: str) -> None:
    said = f"The {kind.lower()} with name x cannot be found."
    who = {f"{kind}Name": "x"}
    for name in (f"Attach{kind}Policy", f"Detach{kind}Policy"):
        refused("NoSuchEntity", said, iam, name, PolicyArn=ADMINISTRATOR, **who)
    refused("NoSuchEntity", said, iam, f"ListAttached{kind}Policies", **who)


@pytest.mark.parametrize("kind", KINDS)
def test_ten_policies_at_most(iam: Iam, kind: str) -> None:
    make(iam, kind)
    who = {f"{kind}Name": "x"}
    for number in range(10):
        iam(f"Attach{kind}Policy", PolicyArn=policy(iam, f"p{number}"), **who)
    iam(f"Attach{kind}Policy", PolicyArn=f"arn:aws:iam::{A}:policy/p0", **who)
    said = f"Cannot exceed quota for PoliciesPer{kind}: 10"
    refused("LimitExceeded", said, iam, f"Attach{kind}Policy", PolicyArn=ADMINISTRATOR, **who)


def test_who_has_a_policy(iam: Iam, other: Iam) -> None:
    arn = policy(iam, "p")
    for name, path in (("b", "/"), ("a", "/in/")):
        make(iam, "User", name, Path=path)
        iam("AttachUserPolicy", UserName=name, PolicyArn=arn)
    make(iam, "Group", "g")
    iam("AttachGroupPolicy", GroupName="g", PolicyArn=arn)
    role = make(iam, "Role", "r", PermissionsBoundary=arn)

    def listed(**given: object) -> dict[str, list[str]]:
        found = iam("ListEntitiesForPolicy", PolicyArn=arn, **given)
        return {kind: [each[f"{kind}Name"] for each in found[f"Policy{kind}s"]] for kind in KINDS}

    assert listed() == {"User": ["a", "b"], "Group": ["g"], "Role": ["r"]}
    assert listed(EntityFilter="User") == {"User": ["a", "b"], "Group": [], "Role": []}
    assert listed(PathPrefix="/in/")["User"] == ["a"]
    assert listed(PolicyUsageFilter="PermissionsPolicy") == {"User": ["a", "b"], "Group": ["g"], "Role": []}
    assert listed(PolicyUsageFilter="PermissionsBoundary") == {"User": [], "Group": [], "Role": ["r"]}
    assert iam("ListEntitiesForPolicy", PolicyArn=arn)["PolicyRoles"] == [{"RoleName": "r", "RoleId": role}]
    make(other, "User", "theirs")
    other("AttachUserPolicy", UserName="theirs", PolicyArn=ADMINISTRATOR)
    assert iam("ListEntitiesForPolicy", PolicyArn=ADMINISTRATOR)["PolicyUsers"] == []


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_who_has_a_policy_comes_in_pages(iam: Iam, size: int) -> None:
    for kind, name in (("User", "a"), ("User", "b"), ("Group", "g"), ("Role", "r")):
        make(iam, kind, name)
        iam(f"Attach{kind}Policy", **{f"{kind}Name": name}, PolicyArn=ADMINISTRATOR)
    seen, marker = [], {}
    while True:
        page = iam("ListEntitiesForPolicy", PolicyArn=ADMINISTRATOR, MaxItems=size, **marker)
        found = [each[f"{kind}Name"] for kind in KINDS for each in page[f"Policy{kind}s"]]
        assert len(found) <= size
        seen += found
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert sorted(seen) == ["a", "b", "g", "r"]


def test_a_marker_of_another_list(iam: Iam) -> None:
    for kind in ("Group", "User"):
        make(iam, kind)
        iam(f"Attach{kind}Policy", **{f"{kind}Name": "x"}, PolicyArn=ADMINISTRATOR)
    marker = iam("ListEntitiesForPolicy", PolicyArn=ADMINISTRATOR, MaxItems=1)["Marker"]
    given = {"PolicyArn": ADMINISTRATOR, "EntityFilter": "Role", "Marker": marker}
    refused("ValidationError", "Invalid Marker.", iam, "ListEntitiesForPolicy", **given)
